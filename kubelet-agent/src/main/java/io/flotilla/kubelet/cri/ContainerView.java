package io.flotilla.kubelet.cri;

import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.ContainerStatus;
import java.time.Instant;
import java.util.Optional;

/**
 * A container that the runtime has, dead or alive.
 *
 * @param startedAt epoch if it never started
 * @param finishedAt epoch while it has not ended
 * @param reason why it ended, from the runtime
 * @param message what it said at its end
 * @param image image as the pod names it
 * @param restartCount number of its predecessors
 * @param hash hash of the part of its spec that it was made from
 * @param podGracePeriod terminationGracePeriodSeconds of its pod, -1 if it was not recorded
 * @param preStop JSON of its preStop handler, empty without
 * @param logPath absolute path of its log, empty if the runtime does not tell
 * @param user who it runs as, if the runtime tells
 */
public record ContainerView(
        String id,
        String sandboxId,
        String name,
        State state,
        Instant createdAt,
        Instant startedAt,
        Instant finishedAt,
        int exitCode,
        String reason,
        String message,
        String image,
        String imageId,
        int restartCount,
        String hash,
        long podGracePeriod,
        String preStop,
        String logPath,
        Optional<User> user) {

    /** States of CRI. */
    public enum State {
        CREATED,
        RUNNING,
        EXITED,
        UNKNOWN
    }

    /** Numeric identity of the first process. */
    public record User(long uid, long gid, java.util.List<Long> supplementalGroups) {}

    public boolean isRunning() {
        return state == State.RUNNING;
    }

    static ContainerView of(Container listed, ContainerStatus status, String message) {
        return new ContainerView(
                status.getId(),
                listed.getPodSandboxId(),
                listed.getLabelsOrDefault(
                        CriLabels.CONTAINER_NAME, status.getMetadata().getName()),
                state(status.getState()),
                instant(status.getCreatedAt()),
                instant(status.getStartedAt()),
                instant(status.getFinishedAt()),
                status.getExitCode(),
                status.getReason(),
                message,
                status.getImage().getUserSpecifiedImage().isEmpty()
                        ? status.getImage().getImage()
                        : status.getImage().getUserSpecifiedImage(),
                status.getImageRef().isEmpty() ? status.getImageId() : status.getImageRef(),
                number(
                        listed.getAnnotationsOrDefault(CriLabels.RESTART_COUNT, ""),
                        status.getMetadata().getAttempt()),
                listed.getAnnotationsOrDefault(CriLabels.HASH, ""),
                number(listed.getAnnotationsOrDefault(CriLabels.POD_GRACE_PERIOD, ""), -1),
                listed.getAnnotationsOrDefault(CriLabels.PRE_STOP, ""),
                status.getLogPath(),
                user(status));
    }

    private static Optional<User> user(ContainerStatus status) {
        if (!status.hasUser() || !status.getUser().hasLinux()) {
            return Optional.empty();
        }
        var linux = status.getUser().getLinux();
        return Optional.of(
                new User(linux.getUid(), linux.getGid(), java.util.List.copyOf(linux.getSupplementalGroupsList())));
    }

    private static State state(ContainerState state) {
        return switch (state) {
            case CONTAINER_CREATED -> State.CREATED;
            case CONTAINER_RUNNING -> State.RUNNING;
            case CONTAINER_EXITED -> State.EXITED;
            case CONTAINER_UNKNOWN, UNRECOGNIZED -> State.UNKNOWN;
        };
    }

    private static Instant instant(long nanos) {
        return nanos <= 0 ? Instant.EPOCH : Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    private static int number(String text, int otherwise) {
        try {
            return text.isEmpty() ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return otherwise;
        }
    }
}
