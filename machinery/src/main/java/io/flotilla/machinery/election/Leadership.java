package io.flotilla.machinery.election;

import io.flotilla.machinery.client.Fence;

/** What a process does while it leads. Called on the elector's thread, begin and end strictly in turn. */
public interface Leadership {

    /**
     * This process leads now. Must start its work and return; everything it writes goes through a client fenced by the
     * fence.
     */
    void begin(Fence fence);

    /** This process no longer leads, or cannot be sure to: must stop its work before it returns. */
    void end();
}
