package io.flotilla.kubelet.runtime.embedded;

import com.google.protobuf.ByteString;

/** One side of an exec or attach session: what the client types, and where output goes. */
public interface SessionIo {

    /** What the client sends. */
    sealed interface Input {

        record Stdin(ByteString data) implements Input {}

        /** No more standard input; output goes on. */
        record StdinClosed() implements Input {}

        record Resize(int columns, int rows) implements Input {}

        /** The client is gone. Every later read answers the same. */
        record Cut() implements Input {}
    }

    /** Waits for the next input. */
    Input next() throws InterruptedException;

    /** Returns whether the client asked to send standard input. */
    boolean wantsStdin();

    /** Sends output, waiting while the client is slow; drops it once the client is gone. */
    void stdout(ByteString data) throws InterruptedException;

    /** Sends error output under the same terms. */
    void stderr(ByteString data) throws InterruptedException;

    /** Runs the action when the client goes before the session ends, at once if it has gone. */
    void onCut(Runnable action);
}
