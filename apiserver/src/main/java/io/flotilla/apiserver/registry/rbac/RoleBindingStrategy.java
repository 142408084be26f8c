package io.flotilla.apiserver.registry.rbac;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;

/** Role bindings and cluster role bindings. */
public final class RoleBindingStrategy extends KindStrategy {
    private static final String GROUP = "rbac.authorization.k8s.io";

    public RoleBindingStrategy() {
        super(Names.PATH_SEGMENT, Shape.PLAIN);
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return true;
    }

    @Override
    protected void check(WriteContext context, Field binding, Findings findings) {
        boolean namespaced = context.resource().namespaced();
        Field role = binding.at("roleRef");
        if (!role.at("apiGroup").is(GROUP)) {
            findings.notSupported(role.at("apiGroup"), List.of(GROUP));
        }
        List<String> kinds = namespaced ? List.of("Role", "ClusterRole") : List.of("ClusterRole");
        if (!kinds.contains(role.text("kind"))) {
            findings.notSupported(role.at("kind"), kinds);
        }
        if (role.text("name").isEmpty()) {
            findings.required(role.at("name"));
        } else {
            findings.invalid(role.at("name"), Names.pathSegment(role.text("name")));
        }
        binding.at("subjects").items().forEach(subject -> checkSubject(subject, namespaced, findings));
    }

    private static void checkSubject(Field subject, boolean namespaced, Findings findings) {
        Field name = subject.at("name");
        Field group = subject.at("apiGroup");
        if (name.isEmpty()) {
            findings.required(name);
        }
        switch (subject.text("kind")) {
            case "ServiceAccount" -> {
                if (!name.isEmpty()) {
                    findings.invalid(name, Names.subdomain(name.text()));
                }
                if (!group.isEmpty()) {
                    findings.notSupported(group, List.of(""));
                }
                if (!namespaced && subject.text("namespace").isEmpty()) {
                    findings.required(subject.at("namespace"));
                }
            }
            case "User", "Group" -> {
                if (!group.is(GROUP)) {
                    findings.notSupported(group, List.of(GROUP));
                }
            }
            default -> findings.notSupported(subject.at("kind"), List.of("ServiceAccount", "User", "Group"));
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field binding, Field old, Findings findings) {
        if (!Trees.same(binding.at("roleRef").value(), old.at("roleRef").value())) {
            findings.invalid(binding.at("roleRef"), "cannot change roleRef");
        }
        check(context, binding, findings);
    }
}
