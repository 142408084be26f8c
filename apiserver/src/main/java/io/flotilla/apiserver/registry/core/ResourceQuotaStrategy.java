package io.flotilla.apiserver.registry.core;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.ResourceNames;
import io.flotilla.machinery.object.ComputeResources;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Resource quotas. */
public final class ResourceQuotaStrategy extends KindStrategy {
    private static final Set<String> SCOPES = Set.of(
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass");
    private static final Set<String> COMPUTE =
            Set.of("pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    public ResourceQuotaStrategy() {
        super(Names::subdomain, Shape.STATUS);
    }

    @Override
    protected void check(WriteContext context, Field quota, Findings findings) {
        Field spec = quota.at("spec");
        checkAmounts(spec.at("hard"), findings);
        Field scopes = spec.at("scopes");
        Set<String> used = new HashSet<>();
        for (String scope : scopes.texts()) {
            if (!SCOPES.contains(scope)) {
                findings.invalid(scopes, "unsupported scope");
            }
            checkFits(scope, spec, scopes, findings);
            used.add(scope);
        }
        checkConflicts(used, scopes, findings);
        checkSelector(spec, findings);
    }

    private static void checkAmounts(Field list, Findings findings) {
        for (Field amount : list.entries()) {
            ResourceNames.checkQuota(amount, amount.name(), findings);
            ResourceNames.checkAmount(amount, amount.name(), findings);
        }
    }

    private static void checkFits(String scope, Field spec, Field told, Findings findings) {
        for (Field amount : spec.at("hard").entries()) {
            String name = amount.name();
            boolean standard = name.indexOf('/') < 0 && !ComputeResources.isHugePages(name);
            boolean fits = switch (scope) {
                case "BestEffort" -> name.equals("pods");
                case "VolumeAttributesClass" ->
                    name.equals("persistentvolumeclaims") || name.equals("requests.storage");
                default -> COMPUTE.contains(name);
            };
            if (standard && !fits && SCOPES.contains(scope)) {
                findings.invalid(told, "unsupported scope applied to resource");
            }
        }
    }

    private static void checkConflicts(Set<String> used, Field told, Findings findings) {
        for (String scope : List.of("BestEffort", "Terminating")) {
            if (used.contains(scope) && used.contains("Not" + scope)) {
                findings.invalid(told, told.isSet() ? told.value() : List.of(), "conflicting scopes");
            }
        }
    }

    private static void checkSelector(Field spec, Findings findings) {
        Field selector = spec.at("scopeSelector");
        Field told = selector.at("matchExpressions");
        Set<String> used = new HashSet<>();
        for (Field requirement : selector.at("matchExpressions").items()) {
            String scope = requirement.text("scopeName");
            String operator = requirement.text("operator");
            int values = requirement.at("values").size();
            if (!SCOPES.contains(scope)) {
                findings.invalid(told.at("scopeName"), scope, "unsupported scope");
            }
            checkFits(scope, spec, told, findings);
            boolean valued = scope.equals("PriorityClass") || scope.equals("VolumeAttributesClass");
            if (SCOPES.contains(scope) && !valued && !operator.equals("Exists")) {
                findings.invalid(
                        told.at("operator"),
                        operator,
                        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating,"
                                + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                                + " ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
            }
            switch (operator) {
                case "In", "NotIn" -> {
                    if (values == 0) {
                        findings.required(
                                told.at("values"),
                                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (values != 0) {
                        findings.invalid(
                                told.at("values"),
                                requirement.at("values").value(),
                                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                    }
                }
                default -> findings.invalid(told.at("operator"), operator, "not a valid selector operator");
            }
            used.add(scope);
        }
        checkConflicts(used, told, findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field quota, Field old, Findings findings) {
        check(context, quota, findings);
        Field scopes = quota.at("spec", "scopes");
        if (!Set.copyOf(scopes.texts())
                .equals(Set.copyOf(old.at("spec", "scopes").texts()))) {
            findings.invalid(scopes, scopes.texts(), Findings.IMMUTABLE);
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field quota, Field old, Findings findings) {
        checkAmounts(quota.at("status", "hard"), findings);
        checkAmounts(quota.at("status", "used"), findings);
    }
}
