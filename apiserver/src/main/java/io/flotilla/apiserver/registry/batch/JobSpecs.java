package io.flotilla.apiserver.registry.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.pod.PodSpecs;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of a job's spec, in a job and in the template of a cron job. */
final class JobSpecs {
    private static final int MAX_INDEXED_PARALLELISM = 100_000;

    private JobSpecs() {}

    static void check(Field spec, Findings findings) {
        for (String count : List.of(
                "parallelism",
                "completions",
                "activeDeadlineSeconds",
                "backoffLimit",
                "ttlSecondsAfterFinished",
                "backoffLimitPerIndex")) {
            findings.nonNegative(spec.at(count));
        }
        checkIndexed(spec, findings);
        checkFailurePolicy(spec, findings);
        Field replacement = spec.at("podReplacementPolicy");
        if (replacement.isSet()) {
            if (spec.has("podFailurePolicy")) {
                findings.oneOf(replacement, Set.of("Failed"));
            } else {
                findings.oneOf(replacement, Set.of("Failed", "TerminatingOrFailed"));
            }
        }
        Field manager = spec.at("managedBy");
        if (manager.isSet()) {
            findings.invalid(manager, manager.text(), Names.qualified(manager.text()));
            if (manager.text().indexOf('/') < 0) {
                findings.invalid(manager, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            }
            if (manager.text().length() > 63) {
                findings.tooLong(manager, 63);
            }
        }
        PodSpecs.checkTemplate(spec.at("template"), findings);
        checkRestartPolicy(spec, findings);
    }

    private static void checkRestartPolicy(Field spec, Findings findings) {
        Field policy = spec.at("template", "spec", "restartPolicy");
        switch (policy.text()) {
            // Always is what an absent policy was defaulted to.
            case "", "Always" -> findings.required(policy, "valid values: \"OnFailure\", \"Never\"");
            case "OnFailure" -> {
                if (spec.has("podFailurePolicy")) {
                    findings.invalid(policy, "only \"Never\" is supported when podFailurePolicy is specified");
                }
            }
            case "Never" -> {}
            default -> findings.notSupported(policy, List.of("OnFailure", "Never"));
        }
    }

    private static void checkIndexed(Field spec, Findings findings) {
        Field mode = spec.at("completionMode");
        boolean indexed = mode.is("Indexed");
        if (mode.isSet() && !indexed && !mode.is("NonIndexed")) {
            findings.notSupported(mode, List.of("NonIndexed", "Indexed"));
        }
        if (indexed) {
            if (!spec.has("completions")) {
                findings.required(spec.at("completions"), "when completion mode is Indexed");
            }
            if (spec.number("parallelism") > MAX_INDEXED_PARALLELISM) {
                findings.invalid(
                        spec.at("parallelism"),
                        "must be less than or equal to " + MAX_INDEXED_PARALLELISM
                                + " when completion mode is Indexed");
            }
        }
        if (spec.has("backoffLimitPerIndex") && !indexed) {
            findings.invalid(spec.at("backoffLimitPerIndex"), "requires indexed completion mode");
        }
        Field maxFailed = spec.at("maxFailedIndexes");
        if (maxFailed.isSet()) {
            findings.nonNegative(maxFailed);
            if (!spec.has("backoffLimitPerIndex")) {
                findings.required(spec.at("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
            }
            if (spec.has("completions") && maxFailed.number() > spec.number("completions")) {
                findings.invalid(maxFailed, "must be less than or equal to completions");
            }
        }
        if (spec.has("successPolicy")) {
            if (!indexed) {
                findings.invalid(spec.at("successPolicy"), "requires indexed completion mode");
            } else if (spec.at("successPolicy", "rules").isEmpty()) {
                findings.required(
                        spec.at("successPolicy", "rules"),
                        "at least one rules must be specified when the successPolicy is specified");
            }
        }
    }

    private static void checkFailurePolicy(Field spec, Findings findings) {
        Field rules = spec.at("podFailurePolicy", "rules");
        if (rules.size() > 20) {
            findings.tooMany(rules, rules.size(), 20);
        }
        Set<String> containers = new HashSet<>();
        for (String list : List.of("containers", "initContainers")) {
            spec.at("template", "spec", list).items().forEach(each -> containers.add(each.text("name")));
        }
        for (Field rule : rules.items()) {
            Field action = rule.at("action");
            findings.requiredOneOf(action, Set.of("Count", "FailIndex", "FailJob", "Ignore"));
            if (action.is("FailIndex") && !spec.has("backoffLimitPerIndex")) {
                findings.invalid(action, "requires the backoffLimitPerIndex to be set");
            }
            Field exitCodes = rule.at("onExitCodes");
            boolean conditions = !rule.at("onPodConditions").isEmpty();
            if (exitCodes.isSet() && conditions) {
                findings.invalid(rule, "specifying both OnExitCodes and OnPodConditions is not supported");
            } else if (!exitCodes.isSet() && !conditions) {
                findings.invalid(rule, "specifying one of OnExitCodes and OnPodConditions is required");
            }
            if (exitCodes.isSet()) {
                checkExitCodes(exitCodes, containers, findings);
            }
        }
    }

    private static void checkExitCodes(Field exitCodes, Set<String> containers, Findings findings) {
        findings.requiredOneOf(exitCodes.at("operator"), Set.of("In", "NotIn"));
        Field name = exitCodes.at("containerName");
        if (name.isSet() && !containers.contains(name.text())) {
            findings.invalid(name, "must be one of the container or initContainer names in the pod template");
        }
        Field values = exitCodes.at("values");
        if (values.isEmpty()) {
            findings.invalid(values, values.isSet() ? values.value() : List.of(), "at least one value is required");
        } else if (values.size() > 255) {
            findings.tooMany(values, values.size(), 255);
        }
        Set<Long> seen = new HashSet<>();
        for (Field value : values.items()) {
            if (exitCodes.at("operator").is("In") && value.number() == 0) {
                findings.invalid(value, "must not be 0 for the In operator");
            }
            if (!seen.add(value.number())) {
                findings.duplicate(value);
            }
        }
    }

    static void checkUpdate(Field job, Field old, Findings findings) {
        Field spec = job.at("spec");
        Field before = old.at("spec");
        boolean elastic = before.at("completionMode").is("Indexed")
                && spec.has("completions")
                && spec.number("completions") == spec.number("parallelism");
        if (!elastic) {
            findings.immutable(spec.at("completions"), before.at("completions"));
        } else if (before.has("completions") != spec.has("completions")) {
            findings.invalid(spec.at("completions"), "cannot be unset");
        }
        findings.immutable(spec.at("selector"), before.at("selector"));
        checkTemplateUpdate(job, old, findings);
        for (String name : List.of("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy")) {
            findings.immutable(spec.at(name), before.at(name));
        }
        findings.immutable(spec.at("successPolicy"), before.at("successPolicy"));
    }

    /** While a job is suspended and never started, a queue may still steer where its pods go. */
    private static void checkTemplateUpdate(Field job, Field old, Findings findings) {
        Field template = job.at("spec", "template");
        Field before = old.at("spec", "template");
        boolean steerable = old.at("spec").flag("suspend") && !old.at("status").has("startTime");
        if (steerable && template.isSet() && before.isSet()) {
            ObjectNode munged = template.value().deepCopy();
            ObjectNode mungedSpec = Trees.child(munged, "spec");
            ObjectNode oldSpec = before.at("spec").object();
            for (String name : List.of("nodeSelector", "tolerations", "schedulingGates")) {
                Trees.restore(mungedSpec, oldSpec, name);
            }
            if (mungedSpec.path("affinity").has("nodeAffinity")
                    || oldSpec.path("affinity").has("nodeAffinity")) {
                Trees.restore(
                        Trees.child(mungedSpec, "affinity"),
                        oldSpec.path("affinity") instanceof ObjectNode affinity ? affinity : oldSpec.objectNode(),
                        "nodeAffinity");
            }
            ObjectNode metadata = Trees.child(munged, "metadata");
            ObjectNode oldMetadata =
                    before.at("metadata").value() instanceof ObjectNode present ? present : oldSpec.objectNode();
            Trees.restore(metadata, oldMetadata, "labels");
            Trees.restore(metadata, oldMetadata, "annotations");
            if (Trees.same(munged, before.value())) {
                return;
            }
        }
        findings.immutable(template, before);
    }
}
