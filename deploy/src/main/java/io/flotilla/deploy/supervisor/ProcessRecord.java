package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.process.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What the supervisor knows of one process, as kept on disk.
 *
 * @param identity the running process, null where there is none
 * @param restarts how often it was started again after it had died unasked
 * @param lastExit how it ended last, empty where it never did
 */
public record ProcessRecord(
        String name, State state, @Nullable ProcessIdentity identity, int restarts, String lastExit) {

    /** What is meant to be with a process, and what is. */
    public enum State {
        /** Not started yet. */
        WAITING,
        RUNNING,
        /** Died unasked; will be started again after a while. */
        BACK_OFF,
        /** Died unasked, and restarts are turned off. */
        DEAD,
        /** Stopped or killed by command; stays so until started by command. */
        STOPPED
    }

    static ProcessRecord waiting(String name) {
        return new ProcessRecord(name, State.WAITING, null, 0, "");
    }

    ProcessRecord running(ProcessIdentity process) {
        return new ProcessRecord(name, State.RUNNING, process, restarts, lastExit);
    }

    ProcessRecord ended(State next, String exit) {
        return new ProcessRecord(name, next, null, restarts, exit);
    }

    ProcessRecord restarted() {
        return new ProcessRecord(name, state, identity, restarts + 1, lastExit);
    }
}
