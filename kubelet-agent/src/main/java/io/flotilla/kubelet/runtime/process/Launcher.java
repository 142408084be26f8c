package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.kubelet.runtime.linux.Descriptor;
import io.flotilla.kubelet.runtime.linux.Terminal;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** Starts shims, and follows each until its container's program runs. */
final class Launcher {

    /** Where the shim of a container on a terminal holds the controlling side. */
    static final int TERMINAL_DESCRIPTOR = 3;

    private static final int LINE = 4096;

    private final Layout layout;
    private final Toolbox tools;
    private final Isolation isolation;

    Launcher(Layout layout, Toolbox tools, Isolation isolation) {
        this.layout = layout;
        this.tools = tools;
        this.isolation = isolation;
    }

    /** Puts the shim's script in place. Shims that run read the file that was there when they started. */
    void install() throws IOException {
        try (InputStream script = Launcher.class.getResourceAsStream("shim.sh")) {
            if (script == null) {
                throw new IllegalStateException("no resource shim.sh");
            }
            Path next = layout.shim().resolveSibling("shim.sh.next");
            Files.copy(script, next, StandardCopyOption.REPLACE_EXISTING);
            Files.move(next, layout.shim(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Starts the container and returns when its program runs. Blocks in the kernel: not for virtual threads.
     *
     * @throws RuntimeFault REFUSED with the reason when the program cannot be run
     */
    void launch(ContainerSpec spec, ContainerFiles files, String script) {
        try {
            Files.writeString(files.initScript(), script);
            Files.writeString(files.rawOut(), "");
            Files.writeString(files.rawErr(), "");
            StateFile.write(files.launched(), "");
            try (Descriptor start = Descriptor.newFifoForReading(files.start())) {
                spawn(spec, files);
                follow(start, files);
            }
        } catch (IOException e) {
            throw new RuntimeFault(Kind.BROKEN, "cannot start a container: " + e.getMessage(), e);
        }
    }

    /**
     * The shim is no child of the agent, so that nothing of this process is tied to it: the JDK keeps a thread for each
     * child, and takes a child's streams away from what the child left running when it ends.
     */
    private void spawn(ContainerSpec spec, ContainerFiles files) throws IOException {
        var builder = new ProcessBuilder(tools.program("setsid"), "-f");
        builder.command().addAll(tools.tool("sh"));
        builder.command().add(layout.shim().toString());
        builder.environment().clear();
        builder.environment().putAll(environment(spec, files));
        builder.directory(layout.root().toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectOutput(files.start().toFile());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.start();
    }

    private static void follow(Descriptor start, ContainerFiles files) {
        var complaint = new StringBuilder();
        var received = new StringBuilder();
        while (true) {
            int end = received.indexOf("\n");
            if (end < 0) {
                byte[] more = start.read(LINE);
                if (more.length == 0) {
                    break;
                }
                received.append(new String(more, StandardCharsets.UTF_8));
                continue;
            }
            String line = received.substring(0, end);
            received.delete(0, end + 1);
            if (line.equals("ok")) {
                return;
            }
            if (line.equals("terminal")) {
                try (Descriptor answer = Descriptor.openFifoForWriting(files.terminal())) {
                    answer.write((terminal(files) + "\n").getBytes(StandardCharsets.US_ASCII));
                }
            } else {
                complaint.insert(0, complaint.isEmpty() ? "" : ": ").insert(0, line.replaceFirst("^error ", ""));
            }
        }
        if (complaint.isEmpty()) {
            String log = StateFile.read(files.shimLog()).orElse("");
            throw new RuntimeFault(Kind.BROKEN, "the container's shim failed: " + log);
        }
        throw new RuntimeFault(Kind.REFUSED, complaint.toString());
    }

    private static int terminal(ContainerFiles files) {
        int shim = files.shim()
                .orElseThrow(() -> new RuntimeFault(Kind.BROKEN, "the shim did not say who it is"))
                .pid();
        try (Terminal terminal = Terminal.of(shim, TERMINAL_DESCRIPTOR)) {
            return terminal.number();
        }
    }

    private Map<String, String> environment(ContainerSpec spec, ContainerFiles files) {
        boolean namespaces = isolation instanceof Isolation.Namespaces;
        boolean ownPids = namespaces && !spec.hostPid();
        // A session of its own: a program that signals its process group must not reach the shim.
        String session = spec.tty() ? "" : tools.words("setsid");
        return Map.ofEntries(
                Map.entry("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
                Map.entry("DIR", files.directory().toString()),
                Map.entry("SH", tools.words("sh")),
                Map.entry("CAT", tools.words("cat")),
                Map.entry("MKFIFO", tools.words("mkfifo")),
                Map.entry("SETSID", tools.words("setsid")),
                Map.entry("SLEEP", tools.words("sleep")),
                Map.entry("ISOLATE", ownPids ? tools.words("unshare") + " -p" : ""),
                Map.entry("ENTER", (namespaces ? tools.words("unshare") + " -m -u -i " : "") + session),
                Map.entry("TTY", spec.tty() ? "1" : "0"),
                Map.entry("MERGE", spec.oneStream() ? "1" : "0"),
                Map.entry("STDIN", spec.stdin() && !spec.tty() ? "1" : "0"),
                Map.entry("LEFTOVERS", ownPids ? "0" : "1"));
    }
}
