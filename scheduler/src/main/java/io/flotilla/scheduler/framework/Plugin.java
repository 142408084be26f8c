package io.flotilla.scheduler.framework;

import java.util.List;

/** A part of the scheduler's judgement. It implements the extension points it has something to say at. */
public interface Plugin {

    /** Returns the name by which Kubernetes knows the plugin. */
    String name();

    /** Returns which changes of the cluster may make a pod schedulable that this plugin turned down. */
    default List<EventHint> eventHints() {
        return List.of();
    }
}
