package io.flotilla.kubelet.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerRestartRule;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rules on a pod's spec. */
public final class PodSpecs {
    private PodSpecs() {}

    public static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    /** Returns {@code name_namespace(uid)}, by which the kubelet names pods in messages. */
    public static String fullName(Pod pod) {
        return pod.getMetadata().getName() + "_" + pod.getMetadata().getNamespace() + "(" + uid(pod) + ")";
    }

    public static boolean isBeingDeleted(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    public static boolean usesHostNetwork(Pod pod) {
        return Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    }

    /** Says whether an init container is a sidecar: it keeps running beside the containers. */
    public static boolean isSidecar(Container initContainer) {
        return "Always".equals(initContainer.getRestartPolicy());
    }

    public static String restartPolicy(Pod pod) {
        String policy = pod.getSpec().getRestartPolicy();
        return policy == null ? "Always" : policy;
    }

    /** Returns the policy that counts for this container: its own, or that of the pod. */
    public static String restartPolicy(Pod pod, Container container) {
        return container.getRestartPolicy() == null ? restartPolicy(pod) : container.getRestartPolicy();
    }

    /** Says whether a container that ended this way is to run again. */
    public static boolean restartsAfter(Pod pod, Container container, int exitCode) {
        for (ContainerRestartRule rule : container.getRestartPolicyRules()) {
            if (rule.getExitCodes() != null && rule.getExitCodes().getOperator() != null) {
                boolean listed = rule.getExitCodes().getValues().contains(exitCode);
                if (listed == rule.getExitCodes().getOperator().equals("In")) {
                    return "Restart".equals(rule.getAction());
                }
            }
        }
        return switch (restartPolicy(pod, container)) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> true;
        };
    }

    /** Says whether the container is to be started, given its newest instance. */
    public static boolean isToBeStarted(Pod pod, Container container, Optional<ContainerView> newest) {
        if (isBeingDeleted(pod)) {
            return false;
        }
        if (newest.isEmpty()) {
            return true;
        }
        return switch (newest.get().state()) {
            case RUNNING -> false;
            case CREATED, UNKNOWN -> true;
            case EXITED -> restartsAfter(pod, container, newest.get().exitCode());
        };
    }

    public static Optional<Container> container(Pod pod, String name) {
        for (Container container : pod.getSpec().getContainers()) {
            if (container.getName().equals(name)) {
                return Optional.of(container);
            }
        }
        return pod.getSpec().getInitContainers().stream()
                .filter(container -> container.getName().equals(name))
                .findFirst();
    }

    /** Returns the hash of what makes a new container needed when it changes: name and image, as Kubernetes defines it. */
    public static String hash(Container container) {
        Map<String, String> picked = new LinkedHashMap<>();
        picked.put("name", container.getName());
        picked.put("image", container.getImage());
        int hash = 0x811c9dc5;
        for (byte b : ObjectJson.write(picked)) {
            hash = (hash ^ (b & 0xff)) * 16777619;
        }
        return Integer.toHexString(hash);
    }

    /** Returns terminationGracePeriodSeconds, or what the deletion says instead. */
    public static long gracePeriodSeconds(Pod pod) {
        if (pod.getMetadata().getDeletionGracePeriodSeconds() != null && isBeingDeleted(pod)) {
            return pod.getMetadata().getDeletionGracePeriodSeconds();
        }
        Long seconds = pod.getSpec().getTerminationGracePeriodSeconds();
        return seconds == null ? 30 : seconds;
    }

    public static ObjectReference reference(Pod pod) {
        return ObjectReferences.to(ResourceTypes.PODS, pod);
    }

    /** Returns the reference by which events name a container. */
    public static ObjectReference reference(Pod pod, Container container) {
        boolean init = pod.getSpec().getInitContainers().stream()
                .anyMatch(candidate -> candidate.getName().equals(container.getName()));
        return ObjectReferences.part(
                reference(pod), (init ? "spec.initContainers{" : "spec.containers{") + container.getName() + "}");
    }

    /** Returns every container, init containers first. */
    public static List<Container> allContainers(Pod pod) {
        return java.util.stream.Stream.concat(
                        pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                .toList();
    }
}
