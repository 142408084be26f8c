package io.flotilla.scheduler.framework;

import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import org.jspecify.annotations.Nullable;

/**
 * A change of the cluster that may make pods schedulable. Of the four objects those are set that the kind is about.
 *
 * @param kind what changed
 */
public record ClusterEvent(
        Kind kind,
        @Nullable NodeFacts nodeBefore,
        @Nullable NodeFacts node,
        @Nullable PodInfo podBefore,
        @Nullable PodInfo pod) {

    /** Kinds of change with the names that Kubernetes gives them in metrics. */
    public enum Kind {
        NODE_ADD("NodeAdd"),
        NODE_ALLOCATABLE("NodeAllocatableChange"),
        NODE_LABEL("NodeLabelChange"),
        NODE_TAINT("NodeTaintChange"),
        NODE_DELETE("NodeDelete"),
        ASSIGNED_POD_ADD("AssignedPodAdd"),
        ASSIGNED_POD_UPDATE("AssignedPodUpdate"),
        ASSIGNED_POD_DELETE("AssignedPodDelete"),
        /** The pod itself has changed while it waited. */
        UNSCHEDULED_POD_UPDATE("UnschedulablePodUpdate"),
        UNSCHEDULABLE_TIMEOUT("UnschedulableTimeout");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public static ClusterEvent ofNode(Kind kind, @Nullable NodeFacts before, @Nullable NodeFacts now) {
        return new ClusterEvent(kind, before, now, null, null);
    }

    public static ClusterEvent ofPod(Kind kind, @Nullable PodInfo before, @Nullable PodInfo now) {
        return new ClusterEvent(kind, null, null, before, now);
    }

    /** Returns the event by which every waiting pod is tried again. */
    public static ClusterEvent timeout() {
        return new ClusterEvent(Kind.UNSCHEDULABLE_TIMEOUT, null, null, null, null);
    }
}
