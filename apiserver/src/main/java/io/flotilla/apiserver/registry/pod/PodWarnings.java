package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.request.Quoting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is valid in a pod or in a pod's template and yet hardly what its author wants. */
public final class PodWarnings {
    private static final String SECCOMP = "non-functional in v1.27+; use the \"seccompProfile\" field instead";
    private static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
    private static final String APPARMOR_CONTAINER = "container.apparmor.security.beta.kubernetes.io/";
    private static final String NO_LABELS = ": a null labelSelector results in matching no pod";
    private static final List<String> BYTES = List.of("memory", "ephemeral-storage");

    private static final Map<String, String> ANNOTATIONS = Map.of(
            "scheduler.alpha.kubernetes.io/critical-pod",
            "non-functional in v1.16+; use the \"priorityClassName\" field instead",
            "security.alpha.kubernetes.io/sysctls",
            "non-functional in v1.11+; use the \"sysctls\" field instead",
            "security.alpha.kubernetes.io/unsafe-sysctls",
            "non-functional in v1.11+; use the \"sysctls\" field instead");

    /** By the names of the fields, which in one case is not that of the path that Kubernetes tells. */
    private static final Map<String, String> VOLUMES = Map.of(
            "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+",
            "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+",
            "scaleIO", "deprecated in v1.16, non-functional in v1.22+",
            "flocker", "deprecated in v1.22, non-functional in v1.25+",
            "storageos", "deprecated in v1.22, non-functional in v1.25+",
            "quobyte", "deprecated in v1.22, non-functional in v1.25+",
            "glusterfs", "deprecated in v1.25, non-functional in v1.26+",
            "cephfs", "deprecated in v1.28, non-functional in v1.31+",
            "rbd", "deprecated in v1.28, non-functional in v1.31+");

    private PodWarnings() {}

    /** Warns of a new pod; pods are changed by programs, who read no warnings. */
    static void ofPod(Field pod, Consumer<String> warn) {
        name(pod, "the Pod's hostname", warn);
        give(pod, warn);
    }

    /**
     * Warns of what keeps pods running: of its name when it is new, of its template when that may have changed.
     *
     * @param old null for a creation
     */
    public static void ofOwner(ObjectNode object, @Nullable ObjectNode old, Consumer<String> warn, String... template) {
        Field owner = Field.of(object);
        if (old == null) {
            name(owner, "Pod names and hostnames", warn);
        } else if (owner.at("metadata").number("generation")
                == Field.of(old).at("metadata").number("generation")) {
            return;
        }
        give(owner.at("spec", template), warn);
    }

    private static void name(Field object, String use, Consumer<String> warn) {
        List<String> wrong = Names.label(object.at("metadata").text("name"));
        if (!wrong.isEmpty()) {
            warn.accept(
                    "metadata.name: this is used in " + use + ", which can result in surprising behavior; a DNS label"
                            + " is recommended: [" + String.join(" ", wrong) + "]");
        }
    }

    /** Warns of metadata and spec. */
    public static void give(Field pod, Consumer<String> warn) {
        Field spec = pod.at("spec");
        selection(spec, warn);
        Field annotations = pod.at("metadata", "annotations");
        for (Field annotation : annotations.entries()) {
            String advice = ANNOTATIONS.get(annotation.name());
            if (advice != null) {
                warn.accept(annotation.path() + ": " + advice);
            }
        }
        volumes(spec.at("volumes"), warn);
        repeated(spec.at("hostAliases"), "ip", warn);
        repeated(spec.at("imagePullSecrets"), "name", warn);
        for (Field secret : spec.at("imagePullSecrets").items()) {
            if (secret.text("name").isEmpty()) {
                warn.accept(secret.at("name").path() + ": invalid empty name \"\"");
            }
        }
        BYTES.forEach(resource -> fraction(spec.at("overhead"), resource, warn));
        if (annotations.has(SECCOMP_POD)
                && !spec.at("securityContext", "seccompProfile").isSet()) {
            warn.accept(annotations.key(SECCOMP_POD).path() + ": " + SECCOMP);
        }
        List<Field> containers = new ArrayList<>(spec.at("initContainers").items());
        containers.addAll(spec.at("containers").items());
        containers.forEach(container -> container(container, annotations, warn));
        if (!pod.path().isEmpty()
                && !spec.at("securityContext", "appArmorProfile").isSet()) {
            containers.forEach(container -> appArmor(container, annotations, warn));
        }
        PortWarnings.give(containers, warn);
        if (spec.number("terminationGracePeriodSeconds") < 0) {
            warn.accept(spec.at("terminationGracePeriodSeconds").path()
                    + ": must be >= 0; negative values are invalid and will be treated as 1");
        }
        affinity(spec.at("affinity", "podAffinity"), warn);
        affinity(spec.at("affinity", "podAntiAffinity"), warn);
    }

    /** By which nodes and which other pods a place is chosen. */
    private static void selection(Field spec, Consumer<String> warn) {
        for (Field label : spec.at("nodeSelector").entries()) {
            NodeLabelWarnings.ofKey(label, warn);
        }
        Field nodes = spec.at("affinity", "nodeAffinity");
        nodes.at("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
                .items()
                .forEach(term -> NodeLabelWarnings.ofTerm(term, warn));
        nodes.at("preferredDuringSchedulingIgnoredDuringExecution")
                .items()
                .forEach(each -> NodeLabelWarnings.ofTerm(each.at("preference"), warn));
        for (Field constraint : spec.at("topologySpreadConstraints").items()) {
            NodeLabelWarnings.ofValue(constraint.at("topologyKey"), warn);
            matchesNothing(constraint, warn);
        }
    }

    private static void affinity(Field affinity, Consumer<String> warn) {
        affinity.at("requiredDuringSchedulingIgnoredDuringExecution")
                .items()
                .forEach(term -> matchesNothing(term, warn));
        affinity.at("preferredDuringSchedulingIgnoredDuringExecution")
                .items()
                .forEach(each -> matchesNothing(each.at("podAffinityTerm"), warn));
    }

    private static void matchesNothing(Field selecting, Consumer<String> warn) {
        if (!selecting.at("labelSelector").isSet()) {
            warn.accept(selecting.at("labelSelector").path() + NO_LABELS);
        }
    }

    private static void volumes(Field volumes, Consumer<String> warn) {
        for (Field volume : volumes.items()) {
            for (Field source : volume.entries()) {
                String advice = VOLUMES.get(source.name());
                if (advice != null) {
                    String path = volume.path() + "." + source.name().replace("storageos", "storageOS");
                    warn.accept(path + ": " + advice);
                }
            }
        }
    }

    private static void repeated(Field list, String field, Consumer<String> warn) {
        Set<String> seen = new HashSet<>();
        for (Field item : list.items()) {
            if (!seen.add(item.text(field))) {
                warn.accept(item.at(field).path() + ": duplicate " + field + " " + Quoting.quote(item.text(field)));
            }
        }
    }

    private static void fraction(Field amounts, String resource, Consumer<String> warn) {
        Field amount = amounts.key(resource);
        if (amount.isSet() && !amount.quantity().isInteger()) {
            warn.accept(amount.path() + ": fractional byte value "
                    + Quoting.quote(amount.quantity().toString()) + " is invalid, must be an integer");
        }
    }

    private static void container(Field container, Field annotations, Consumer<String> warn) {
        String seccomp = SECCOMP_CONTAINER + container.text("name");
        if (annotations.has(seccomp)
                && !container.at("securityContext", "seccompProfile").isSet()) {
            warn.accept(annotations.key(seccomp).path() + ": " + SECCOMP);
        }
        for (String resource : BYTES) {
            fraction(container.at("resources", "limits"), resource, warn);
            fraction(container.at("resources", "requests"), resource, warn);
        }
        Set<String> defined = new HashSet<>();
        for (Field variable : container.at("env").items()) {
            String name = variable.text("name");
            if (!defined.add(name) && hides(variable, name)) {
                warn.accept(variable.path() + ": hides previous definition of " + Quoting.quote(name)
                        + ", which may be dropped when using apply");
            }
        }
    }

    /** Templates hand the annotation down; in a pod it has become the field already. */
    private static void appArmor(Field container, Field annotations, Consumer<String> warn) {
        String key = APPARMOR_CONTAINER + container.text("name");
        if (annotations.has(key)
                && !container.at("securityContext", "appArmorProfile").isSet()) {
            warn.accept(annotations.key(key).path()
                    + ": deprecated since v1.30; use the \"appArmorProfile\" field instead");
        }
    }

    /** A variable may be defined again from what it was. */
    private static boolean hides(Field variable, String name) {
        String before = "$(" + name + ")";
        String value = variable.text("value");
        return variable.has("valueFrom") || value.equals(before) || !value.contains(before);
    }
}
