package io.flotilla.kubelet.status;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountStatus;
import io.fabric8.kubernetes.api.model.VolumeMountStatusBuilder;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.pod.PodSpecs;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The states of a pod's containers as the API shows them. */
final class ContainerStatuses {
    private static final int KILLED = 137;

    private final Pod pod;
    private final PodView view;
    private final String runtimeName;
    private final WaitingReasons reasons;
    private final ProbeResults probes;

    ContainerStatuses(Pod pod, PodView view, String runtimeName, WaitingReasons reasons, ProbeResults probes) {
        this.pod = pod;
        this.view = view;
        this.runtimeName = runtimeName;
        this.reasons = reasons;
        this.probes = probes;
    }

    /** Returns the statuses of the init containers, in their order. */
    List<ContainerStatus> ofInitContainers(List<ContainerStatus> before) {
        List<ContainerStatus> statuses = new ArrayList<>();
        for (Container container : pod.getSpec().getInitContainers()) {
            statuses.add(of(container, before, true));
        }
        return statuses;
    }

    /** Returns the statuses of the containers, by name. */
    List<ContainerStatus> ofContainers(List<ContainerStatus> before) {
        List<ContainerStatus> statuses = new ArrayList<>();
        for (Container container : pod.getSpec().getContainers()) {
            statuses.add(of(container, before, false));
        }
        statuses.sort(Comparator.comparing(ContainerStatus::getName));
        return statuses;
    }

    private ContainerStatus of(Container container, List<ContainerStatus> allBefore, boolean init) {
        Optional<ContainerStatus> before = allBefore.stream()
                .filter(status -> status.getName().equals(container.getName()))
                .findFirst();
        List<ContainerView> instances = view.containers().stream()
                .filter(instance -> instance.name().equals(container.getName()))
                .toList();
        ContainerStatus status =
                instances.isEmpty() ? ofMissing(container, before) : ofInstances(container, instances, before);
        wait(container, status, instances, init);
        judge(container, status, init);
        describe(container, status);
        return status;
    }

    private ContainerStatus ofMissing(Container container, Optional<ContainerStatus> before) {
        if (before.isPresent() && before.get().getState().getTerminated() != null) {
            return new ContainerStatusBuilder(before.get()).build();
        }
        ContainerStatus status = new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withRestartCount(before.map(ContainerStatus::getRestartCount).orElse(0))
                .withState(waiting(
                        pod.getSpec().getInitContainers().isEmpty() ? "ContainerCreating" : "PodInitializing", null))
                .withLastState(before.map(ContainerStatus::getLastState).orElseGet(ContainerState::new))
                .build();
        if (before.isPresent() && before.get().getState().getRunning() != null) {
            lost(container, status, before.get());
        }
        return status;
    }

    /** It ran, and the runtime no longer knows of it. */
    private void lost(Container container, ContainerStatus status, ContainerStatus before) {
        boolean deleted = PodSpecs.isBeingDeleted(pod);
        ContainerState end = new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(KILLED)
                .withReason("ContainerStatusUnknown")
                .withMessage("The container could not be located when the pod was "
                        + (deleted ? "deleted" : "terminated") + ".  The container used to be Running")
                .withContainerID(before.getContainerID())
                .endTerminated()
                .build();
        if (deleted || !PodSpecs.restartsAfter(pod, container, KILLED)) {
            status.setState(end);
            status.setContainerID(before.getContainerID());
        } else {
            status.setLastState(end);
            status.setRestartCount(before.getRestartCount() + 1);
        }
    }

    private ContainerStatus ofInstances(
            Container container, List<ContainerView> instances, Optional<ContainerStatus> before) {
        ContainerView newest = instances.getFirst();
        ContainerState last = instances.size() > 1
                ? state(instances.get(1))
                : before.filter(status ->
                                newest.restartCount() > 0 || newest.restartCount() == status.getRestartCount())
                        .map(ContainerStatus::getLastState)
                        .orElseGet(ContainerState::new);
        ContainerStatusBuilder status = new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(newest.image().isEmpty() ? container.getImage() : newest.image())
                .withImageID(newest.imageId())
                .withContainerID(id(newest))
                .withRestartCount(newest.restartCount())
                .withState(state(newest))
                .withLastState(last);
        if (newest.isRunning() && newest.user().isPresent()) {
            ContainerView.User user = newest.user().get();
            status.withNewUser()
                    .withNewLinux()
                    .withUid(user.uid())
                    .withGid(user.gid())
                    .withSupplementalGroups(user.supplementalGroups())
                    .endLinux()
                    .endUser();
        }
        return status.build();
    }

    private ContainerState state(ContainerView instance) {
        return switch (instance.state()) {
            case RUNNING ->
                new ContainerStateBuilder()
                        .withNewRunning()
                        .withStartedAt(stamp(instance.startedAt()))
                        .endRunning()
                        .build();
            case CREATED -> waiting(null, null);
            case EXITED -> terminated(instance, reason(instance), instance.exitCode(), instance.message());
            case UNKNOWN ->
                terminated(
                        instance,
                        "ContainerStatusUnknown",
                        KILLED,
                        "The container could not be located when the pod was terminated");
        };
    }

    private ContainerState terminated(ContainerView instance, String reason, int exitCode, String message) {
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(message.isEmpty() ? null : message)
                .withStartedAt(instance.startedAt().equals(Instant.EPOCH) ? null : stamp(instance.startedAt()))
                .withFinishedAt(instance.finishedAt().equals(Instant.EPOCH) ? null : stamp(instance.finishedAt()))
                .withContainerID(id(instance))
                .endTerminated()
                .build();
    }

    private static String reason(ContainerView instance) {
        if (!instance.reason().isEmpty()) {
            return instance.reason();
        }
        return instance.exitCode() == 0 ? "Completed" : "Error";
    }

    /** A container that is to be started and could not be is shown as waiting, with the reason. */
    private void wait(Container container, ContainerStatus status, List<ContainerView> instances, boolean init) {
        Optional<ContainerView> newest = instances.stream().findFirst();
        boolean done = init
                && !PodSpecs.isSidecar(container)
                && newest.isPresent()
                && newest.get().state() == ContainerView.State.EXITED
                && newest.get().exitCode() == 0;
        if (done || !PodSpecs.isToBeStarted(pod, container, newest)) {
            return;
        }
        reasons.get(container.getName()).ifPresent(reason -> {
            if (status.getState().getTerminated() != null) {
                status.setLastState(status.getState());
            }
            status.setState(waiting(reason.reason(), reason.message()));
        });
    }

    private void judge(Container container, ContainerStatus status, boolean init) {
        boolean running = status.getState().getRunning() != null;
        String id = status.getContainerID() == null
                ? ""
                : status.getContainerID().substring(status.getContainerID().indexOf("://") + 3);
        boolean started = running && probes.isStarted(container.getName(), id);
        status.setStarted(started);
        if (init && !PodSpecs.isSidecar(container)) {
            status.setReady(status.getState().getTerminated() != null
                    && status.getState().getTerminated().getExitCode() == 0);
        } else {
            status.setReady(started && probes.isReady(container.getName(), id));
        }
    }

    private static void describe(Container container, ContainerStatus status) {
        ResourceRequirements resources = container.getResources();
        boolean none = resources == null
                || ((resources.getRequests() == null || resources.getRequests().isEmpty())
                        && (resources.getLimits() == null
                                || resources.getLimits().isEmpty()));
        if (!none) {
            status.setResources(new ResourceRequirementsBuilder()
                    .withRequests(resources.getRequests())
                    .withLimits(resources.getLimits())
                    .build());
            if (resources.getRequests() != null && !resources.getRequests().isEmpty()) {
                status.setAllocatedResources(resources.getRequests());
            }
        } else if (status.getState().getRunning() != null) {
            status.setResources(new ResourceRequirements());
        }
        List<VolumeMountStatus> mounts = new ArrayList<>();
        container.getVolumeMounts().forEach(mount -> {
            boolean readOnly = Boolean.TRUE.equals(mount.getReadOnly());
            mounts.add(new VolumeMountStatusBuilder()
                    .withName(mount.getName())
                    .withMountPath(mount.getMountPath())
                    .withReadOnly(readOnly ? true : null)
                    .withRecursiveReadOnly(readOnly ? "Disabled" : null)
                    .build());
        });
        status.setVolumeMounts(mounts);
    }

    private static ContainerState waiting(@Nullable String reason, @Nullable String message) {
        return new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message == null || message.isEmpty() ? null : message)
                .endWaiting()
                .build();
    }

    private String id(ContainerView instance) {
        return runtimeName + "://" + instance.id();
    }

    static String stamp(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
