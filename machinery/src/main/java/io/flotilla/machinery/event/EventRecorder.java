package io.flotilla.machinery.event;

import io.fabric8.kubernetes.api.model.ObjectReference;

/** Tells people what happened to an object. Never blocks and never fails: an event may get lost. */
public interface EventRecorder {

    /** Records something expected. */
    void normal(ObjectReference regarding, String reason, String message);

    /** Records something that someone may want to look into. */
    void warning(ObjectReference regarding, String reason, String message);
}
