package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.process.ProcessContainer.State;
import io.flotilla.kubelet.runtime.standin.HostPrograms;
import io.flotilla.kubelet.runtime.standin.StandIn.Userland;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Makes the command line that runs a program inside a running container. */
final class EnterCommand {

    private final Toolbox tools;
    private final Isolation isolation;
    private final Cgroups cgroups;

    EnterCommand(Toolbox tools, Isolation isolation, Cgroups cgroups) {
        this.tools = tools;
        this.isolation = isolation;
        this.cgroups = cgroups;
    }

    /** Returns the command line; refuses what is not running and what is not there, in the words of container runtimes. */
    List<String> of(ProcessContainer container, List<String> command, boolean tty) {
        if (command.isEmpty()) {
            throw new RuntimeFault(Kind.INVALID, "cmd can't be empty");
        }
        State state = container.state();
        if (!(state instanceof State.Running running)) {
            throw new RuntimeFault(
                    Kind.REFUSED, "container is in " + container.status().getState() + " state");
        }
        ContainerSpec spec = container.spec();
        boolean namespaces = isolation instanceof Isolation.Namespaces;
        Path root = Path.of(namespaces ? "/proc/" + running.init() + "/root" : "/");
        check(root, spec, command.getFirst());

        List<String> line = new ArrayList<>();
        var groups = cgroups.of(container.files()).directories();
        if (!groups.isEmpty()) {
            String joining = groups.stream()
                    .map(group -> "echo 0 >"
                            + Shell.quote(group.resolve("cgroup.procs").toString()) + " && ")
                    .collect(Collectors.joining());
            line.addAll(tools.tool("sh"));
            line.addAll(List.of("-c", joining + "exec \"$@\"", "sh"));
        }
        if (namespaces) {
            line.addAll(enter(running.init(), spec, root));
        } else {
            line.addAll(tools.tool("sh"));
            line.addAll(List.of("-c", "cd \"$1\" && shift && exec \"$@\"", "sh", spec.workingDirectory()));
        }
        if (tty) {
            // Inside: a shell must be able to name the process group that it finds itself in.
            line.add(namespaces && spec.userland() == Userland.BUSYBOX ? "/bin/setsid" : tools.program("setsid"));
            line.add("-c");
        }
        line.add(namespaces ? "/usr/bin/env" : tools.program("env"));
        line.add("-i");
        spec.environment().forEach((name, value) -> line.add(name + "=" + value));
        if (tty && !spec.environment().containsKey("TERM")) {
            line.add("TERM=xterm");
        }
        line.addAll(command);
        return line;
    }

    private List<String> enter(int init, ContainerSpec spec, Path root) {
        List<String> line = new ArrayList<>();
        line.add(tools.program("nsenter"));
        line.addAll(List.of("-t", Integer.toString(init), "-m", "-u", "-i", "-r"));
        if (!spec.hostPid()) {
            line.add("-p");
        }
        line.add("--wd=" + root + spec.workingDirectory());
        if (!spec.user().isRoot()) {
            line.addAll(List.of(
                    "-S",
                    Long.toString(spec.user().uid()),
                    "-G",
                    Long.toString(spec.user().gid())));
        }
        return line;
    }

    private static void check(Path root, ContainerSpec spec, String program) {
        if (program.contains("/")) {
            Path path = Path.of(spec.workingDirectory()).resolve(program).normalize();
            if (!Files.exists(below(root, path.toString()), LinkOption.NOFOLLOW_LINKS)) {
                throw missing("exec: \"" + program + "\": stat " + program + ": no such file or directory");
            }
            return;
        }
        String path = spec.environment().getOrDefault("PATH", String.join(":", HostPrograms.DIRECTORIES));
        boolean found = List.of(path.split(":", -1)).stream()
                .anyMatch(directory -> Files.exists(below(root, directory + "/" + program), LinkOption.NOFOLLOW_LINKS));
        if (!found) {
            throw missing("exec: \"" + program + "\": executable file not found in $PATH");
        }
    }

    private static Path below(Path root, String path) {
        return root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }

    private static RuntimeFault missing(String what) {
        return new RuntimeFault(
                Kind.REFUSED, "failed to exec in container: unable to start container process: " + what);
    }
}
