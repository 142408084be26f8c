package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.TreeDiff;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;
import java.util.Map;

/** What an update of a pod may change: little, since the node works from the spec. */
final class PodUpdateRules {
    private static final String UPDATABLE = "`spec.containers[*].image`,`spec.initContainers[*].image`,"
            + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private PodUpdateRules() {}

    static void check(Field pod, Field old, Findings findings) {
        Field spec = pod.at("spec");
        Field oldSpec = old.at("spec");
        boolean sameSpec = Trees.same(spec.value(), oldSpec.value());
        if (!sameSpec) {
            PodSpecs.check(spec, pod.at("metadata").text("name"), true, findings);
        }
        PodAnnotations.checkUpdate(
                pod.at("metadata", "annotations"), old.at("metadata", "annotations"), spec, findings);
        if (sameSpec) {
            return;
        }
        for (String list : List.of("containers", "initContainers")) {
            if (spec.at(list).size() != oldSpec.at(list).size()) {
                findings.forbidden(spec.at(list), "pod updates may not add or remove containers");
                return;
            }
        }
        if (!checkDeadline(spec.at("activeDeadlineSeconds"), oldSpec.at("activeDeadlineSeconds"), findings)) {
            return;
        }
        checkTolerations(spec.at("tolerations"), oldSpec.at("tolerations"), findings);
        checkGates(spec.at("schedulingGates"), oldSpec.at("schedulingGates"), findings);
        ObjectNode munged = munge(spec, oldSpec);
        if (oldSpec.at("schedulingGates").size() > 0) {
            GatedPodRules.check(spec, oldSpec, munged, findings);
        }
        if (!Trees.same(munged, oldSpec.value())) {
            findings.forbidden(
                    spec,
                    "pod updates may not change fields other than " + UPDATABLE + "\n"
                            + TreeDiff.of("core.PodSpec", oldSpec.value(), munged));
        }
    }

    /** The new spec with every field that may change put back. */
    private static ObjectNode munge(Field spec, Field oldSpec) {
        ObjectNode munged = spec.value().deepCopy();
        ObjectNode before = oldSpec.object();
        for (String list : List.of("containers", "initContainers")) {
            for (int i = 0; i < munged.path(list).size(); i++) {
                Trees.restore(
                        (ObjectNode) munged.get(list).get(i),
                        (ObjectNode) before.get(list).get(i),
                        "image");
            }
        }
        for (String name : List.of("activeDeadlineSeconds", "schedulingGates", "tolerations")) {
            Trees.restore(munged, before, name);
        }
        if (oldSpec.number("terminationGracePeriodSeconds") < 0 && spec.number("terminationGracePeriodSeconds") == 1) {
            Trees.restore(munged, before, "terminationGracePeriodSeconds");
        }
        return munged;
    }

    private static boolean checkDeadline(Field deadline, Field old, Findings findings) {
        if (!deadline.isSet()) {
            if (old.isSet()) {
                findings.invalid(deadline, "must not update from a positive integer to nil value");
            }
            return true;
        }
        if (deadline.number() < 0 || deadline.number() > Integer.MAX_VALUE) {
            findings.inRange(deadline, 0, Integer.MAX_VALUE);
            return false;
        }
        if (old.isSet() && old.number() < deadline.number()) {
            findings.invalid(deadline, "must be less than or equal to previous value");
            return false;
        }
        return true;
    }

    private static void checkTolerations(Field tolerations, Field old, Findings findings) {
        for (Field before : old.items()) {
            boolean kept = tolerations.any(toleration -> sameButSeconds(toleration.value(), before.value()));
            if (!kept) {
                findings.forbidden(tolerations, "existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
    }

    private static boolean sameButSeconds(JsonNode one, JsonNode other) {
        return List.of("key", "operator", "value", "effect").stream()
                .allMatch(
                        name -> one.path(name).asText().equals(other.path(name).asText()));
    }

    private static void checkGates(Field gates, Field old, Findings findings) {
        for (Field gate : gates.items()) {
            String name = gate.text("name");
            if (!old.any(before -> before.text("name").equals(name))) {
                findings.forbidden(
                        gate.at("name"), "only deletion is allowed, but found new scheduling gate '" + name + "'");
            }
        }
    }

    /** What a pod whose scheduling is held back may change beside: its node selector and node affinity, narrowing. */
    private static final class GatedPodRules {
        private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

        private GatedPodRules() {}

        static void check(Field spec, Field oldSpec, ObjectNode munged, Findings findings) {
            Field selector = spec.at("nodeSelector");
            for (Map.Entry<String, JsonNode> pair :
                    oldSpec.at("nodeSelector").value().properties()) {
                if (!pair.getValue().equals(selector.value().path(pair.getKey()))) {
                    findings.invalid(
                            selector, "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
                    break;
                }
            }
            Trees.restore(munged, oldSpec.object(), "nodeSelector");
            Field affinity = spec.at("affinity", "nodeAffinity");
            Field oldAffinity = oldSpec.at("affinity", "nodeAffinity");
            if (!Trees.same(affinity.value(), oldAffinity.value())) {
                checkAffinity(
                        affinity.at(REQUIRED, "nodeSelectorTerms"),
                        oldAffinity.at(REQUIRED, "nodeSelectorTerms"),
                        findings);
                if (oldAffinity.isSet()) {
                    Trees.child(munged, "affinity").set("nodeAffinity", oldAffinity.value());
                } else if (munged.get("affinity") instanceof ObjectNode object) {
                    object.remove("nodeAffinity");
                }
            }
        }

        private static void checkAffinity(Field terms, Field old, Findings findings) {
            if (old.size() == 0) {
                return;
            }
            if (old.size() != terms.size()) {
                findings.invalid(
                        terms,
                        terms.isSet() ? terms.value() : List.of(),
                        "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
                return;
            }
            for (int i = 0; i < old.size(); i++) {
                if (!onlyAdds(terms.index(i), old.index(i))) {
                    findings.invalid(terms.index(i), "only additions are allowed (no mutations or deletions)");
                }
            }
        }

        private static boolean onlyAdds(Field term, Field old) {
            if (old.isEmpty() && !term.isEmpty()) {
                return false;
            }
            for (String list : List.of("matchExpressions", "matchFields")) {
                for (int i = 0; i < old.at(list).size(); i++) {
                    if (!Trees.same(
                            old.at(list).index(i).value(),
                            term.at(list).index(i).value())) {
                        return false;
                    }
                }
            }
            return true;
        }
    }
}
