package io.flotilla.apiserver.registry.rbac;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;

/** Roles and cluster roles. */
public final class RoleStrategy extends KindStrategy {

    public RoleStrategy() {
        super(Names.PATH_SEGMENT, Shape.PLAIN);
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return true;
    }

    @Override
    protected void check(WriteContext context, Field role, Findings findings) {
        boolean namespaced = context.resource().namespaced();
        for (Field rule : role.at("rules").items()) {
            checkRule(rule, namespaced, findings);
        }
        Field aggregation = role.at("aggregationRule");
        if (!namespaced && aggregation.isSet()) {
            Field selectors = aggregation.at("clusterRoleSelectors");
            if (selectors.isEmpty()) {
                findings.required(selectors, "at least one clusterRoleSelector required if aggregationRule is non-nil");
            }
            selectors.items().forEach(selector -> Selectors.check(selector, findings));
        }
    }

    private static void checkRule(Field rule, boolean namespaced, Findings findings) {
        if (rule.at("verbs").isEmpty()) {
            findings.required(rule.at("verbs"), "verbs must contain at least one value");
        }
        Field urls = rule.at("nonResourceURLs");
        if (!urls.isEmpty()) {
            if (namespaced) {
                findings.invalid(urls, "namespaced rules cannot apply to non-resource URLs");
            }
            if (!rule.at("apiGroups").isEmpty()
                    || !rule.at("resources").isEmpty()
                    || !rule.at("resourceNames").isEmpty()) {
                findings.invalid(urls, "rules cannot apply to both regular resources and non-resource URLs");
            }
            return;
        }
        if (rule.at("apiGroups").isEmpty()) {
            findings.required(rule.at("apiGroups"), "resource rules must supply at least one api group");
        }
        if (rule.at("resources").isEmpty()) {
            findings.required(rule.at("resources"), "resource rules must supply at least one resource");
        }
    }
}
