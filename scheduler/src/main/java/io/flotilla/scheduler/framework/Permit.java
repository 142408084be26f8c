package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.PodInfo;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Allows, forbids or delays the binding of a pod that has a node. */
public interface Permit extends Plugin {

    /** What a plugin decides. */
    sealed interface Decision {
        /** The status is success or a refusal. */
        record Now(Status status) implements Decision {}

        /** The decision comes later; when the time is up the pod is turned down. */
        record Later(CompletionStage<Status> status, Duration timeout) implements Decision {}
    }

    Decision permit(CycleState state, PodInfo pod, String node);
}
