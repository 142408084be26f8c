package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.embedded.SessionIo;
import io.flotilla.kubelet.runtime.linux.ErrnoException;
import io.flotilla.kubelet.runtime.linux.Terminal;

/** What a client types and how large its window is, carried to a terminal. */
final class TerminalInput {

    /** Control-D, which a terminal turns into the end of input. */
    private static final byte[] END_OF_INPUT = {4};

    private TerminalInput() {}

    static void feed(Terminal terminal, SessionIo io) {
        try {
            while (true) {
                switch (io.next()) {
                    case SessionIo.Input.Stdin(ByteString data) ->
                        terminal.stream().write(data.toByteArray());
                    case SessionIo.Input.Resize(int columns, int rows) -> terminal.resize(columns, rows);
                    case SessionIo.Input.StdinClosed() -> {
                        if (io.wantsStdin()) {
                            terminal.stream().write(END_OF_INPUT);
                        }
                    }
                    case SessionIo.Input.Cut() -> {
                        return;
                    }
                }
            }
        } catch (ErrnoException e) {
            // The last program has left the terminal.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
