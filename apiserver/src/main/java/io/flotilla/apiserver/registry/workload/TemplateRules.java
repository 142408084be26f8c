package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flotilla.apiserver.registry.pod.PodSpecs;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.List;

/** What kinds that keep pods running demand of their selector, their template and their counts. */
final class TemplateRules {
    /** A map that is not there, as it is printed. */
    private static final JsonNode NO_LABELS = JsonNodeFactory.instance.pojoNode("null");

    private TemplateRules() {}

    /**
     * Checks a LabelSelector that must be there and select something.
     *
     * @param kind as Kubernetes' message has it
     */
    static void checkSelector(Field selector, String kind, Findings findings) {
        if (!selector.isSet()) {
            findings.required(selector);
            return;
        }
        Selectors.check(selector, findings);
        if (Selectors.isEmpty(selector)) {
            findings.invalid(selector, "empty selector is invalid for " + kind);
        }
    }

    /** Checks the template: matched by the selector, of pods that always restart. */
    static void checkTemplate(Field spec, boolean plainSelector, String kind, Findings findings) {
        Field template = spec.at("template");
        if (!template.isSet()) {
            findings.required(template);
            return;
        }
        Field labels = template.at("metadata", "labels");
        JsonNode selector = spec.at("selector").value();
        // A LabelSelector that is not there selects nothing, an empty one everything.
        boolean matches = plainSelector
                ? spec.at("selector").isEmpty() || Selectors.matchesAll(selector, labels.value())
                : spec.at("selector").isSet()
                        && (spec.at("selector").isEmpty() || Selectors.matches(selector, labels.value()));
        if (!matches) {
            findings.invalid(
                    labels, labels.isSet() ? labels.value() : NO_LABELS, "`selector` does not match template `labels`");
        }
        PodSpecs.checkTemplate(template, findings);
        Field restartPolicy = template.at("spec", "restartPolicy");
        if (!restartPolicy.is("Always")) {
            findings.notSupported(restartPolicy, List.of("Always"));
        }
        if (template.at("spec").has("activeDeadlineSeconds")) {
            findings.forbidden(
                    template.at("spec", "activeDeadlineSeconds"),
                    "activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    /** Checks counts of a status: none is negative, none is larger than what it is part of. */
    static void checkCounts(Field status, List<String> parts, Findings findings) {
        findings.nonNegative(status.at("replicas"));
        for (String part : parts) {
            findings.nonNegative(status.at(part));
        }
        findings.nonNegative(status.at("observedGeneration"));
        for (String part : parts) {
            if (!part.equals("unavailableReplicas") && status.number(part) > status.number("replicas")) {
                findings.invalid(status.at(part), "cannot be greater than status.replicas");
            }
        }
        if (status.number("availableReplicas") > status.number("readyReplicas")) {
            findings.invalid(status.at("availableReplicas"), "cannot be greater than readyReplicas");
        }
    }

    /** A count of hash collisions only grows. */
    static void checkCollisions(Field status, Field old, Findings findings) {
        Field count = status.at("collisionCount");
        Field before = old.at("collisionCount");
        if (count.isSet()) {
            findings.nonNegative(count);
        }
        if (before.isSet() && (!count.isSet() || count.number() < before.number())) {
            findings.invalid(count, "cannot be decremented");
        }
    }
}
