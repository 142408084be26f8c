package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.process.ContainerSpec.Bind;
import io.flotilla.kubelet.runtime.process.ContainerSpec.User;
import io.flotilla.kubelet.runtime.standin.HostPrograms;
import io.flotilla.kubelet.runtime.standin.StandIn.Userland;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes the script that becomes the container: it runs as the container's first process, in its namespaces, makes its
 * root and replaces itself by the program. It tells the agent on descriptor 9 {@code ok} just before that, or
 * {@code error} and a reason. Written for speed: what the shell can do itself starts no process.
 */
final class InitScript {

    private static final String HANDOVER = """
            exec 2>&7 7>&-
            echo ok >&9
            exec 9>&-
            """;

    /** Sets $at to a path of the container as it lies below mnt/root, links followed as the container would. */
    private static final String INSIDE = """
            inside() {
              rest=$1 in= links=0
              while [ -n "$rest" ]; do
                rest=${rest#/}
                part=${rest%%/*}
                case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
                case $part in
                  '' | .) ;;
                  ..) in=${in%/*} ;;
                  *)
                    if [ -L "mnt/root$in/$part" ] && [ $links -lt 40 ]; then
                      links=$((links + 1))
                      link=$(READLINK "mnt/root$in/$part")
                      case $link in /*) in= ;; esac
                      rest=$link${rest:+/$rest}
                    else
                      in=$in/$part
                    fi
                    ;;
                esac
              done
              at=mnt/root$in
            }
            """;

    private final Layout layout;
    private final Toolbox tools;
    private final Skeletons skeletons;

    InitScript(Layout layout, Toolbox tools, Skeletons skeletons) {
        this.layout = layout;
        this.tools = tools;
        this.skeletons = skeletons;
    }

    String write(ContainerSpec spec, ContainerFiles files, String hostname, List<Path> cgroups, Isolation isolation) {
        var script = new StringBuilder();
        script.append("fail() { echo \"error $*\" >&9; exit 128; }\n")
                .append("read -r line </proc/self/stat && echo \"$line\" >")
                .append(Shell.quote(files.directory().resolve("init").toString()))
                .append(" || fail 'cannot write the process number'\n")
                .append("exec 7>&2 2>&9\n");
        for (Path cgroup : cgroups) {
            script.append("echo 0 >")
                    .append(Shell.quote(cgroup.resolve("cgroup.procs").toString()))
                    .append(" || fail 'cannot enter the cgroup'\n");
        }
        if (spec.oomScoreAdjustment() != 0) {
            script.append("echo ").append(spec.oomScoreAdjustment()).append(" 2>/dev/null >/proc/self/oom_score_adj\n");
        }
        switch (isolation) {
            case Isolation.Namespaces() -> namespaced(script, spec, hostname);
            case Isolation.Plain(var _) -> plain(script, spec);
        }
        return script.toString();
    }

    private void namespaced(StringBuilder script, ContainerSpec spec, String hostname) {
        String mount = tools.words("mount");
        script.append("cd ")
                .append(Shell.quote(layout.root().toString()))
                .append(" || fail 'cannot enter the directory'\n");
        script.append("echo ")
                .append(Shell.quote(hostname))
                .append(" >/proc/sys/kernel/hostname || fail 'cannot set the host name'\n");
        script.append(mount).append(" -t tmpfs -o mode=755 flotilla mnt || fail 'cannot mount'\n");
        script.append("cd ").append(Shell.quote(layout.root().toString())).append('\n');
        script.append(tools.words("mkdir"))
                .append(" mnt/root mnt/u mnt/w mnt/uu mnt/uw mnt/eu mnt/ew || fail 'cannot make directories'\n");
        String skeleton =
                layout.root().relativize(skeletons.of(spec.userland())).toString();
        overlay(script, skeleton, "u", "w", "");
        if (spec.userland() == Userland.HOST) {
            overlay(script, above("usr", spec.layer()), "uu", "uw", "/usr");
            overlay(script, above("etc", spec.layer()), "eu", "ew", "/etc");
            for (String directory : skeletons.separateProgramDirectories()) {
                script.append(mount)
                        .append(" -o rbind /")
                        .append(directory)
                        .append(" mnt/root/")
                        .append(directory)
                        .append(" || fail\n");
            }
        }
        script.append(mount).append(" -t proc proc mnt/root/proc || fail 'cannot mount /proc'\n");
        script.append(mount).append(" -t sysfs -o ro sysfs mnt/root/sys 2>/dev/null\n");
        script.append(mount).append(" -o bind /dev/pts mnt/root/dev/pts || fail 'cannot mount /dev/pts'\n");
        script.append(INSIDE.replace("READLINK", tools.words("readlink")));
        spec.binds().forEach(bind -> bind(script, mount, bind));
        if (!spec.workingDirectory().equals("/")) {
            String directory = Shell.quote("mnt/root" + spec.workingDirectory());
            script.append("[ -d ")
                    .append(directory)
                    .append(" ] || ")
                    .append(tools.words("mkdir"))
                    .append(" -p ")
                    .append(directory)
                    .append(" || fail 'cannot make the working directory'\n");
        }
        if (spec.readOnlyRoot()) {
            for (String path : spec.userland() == Userland.HOST ? List.of("", "/usr", "/etc") : List.of("")) {
                script.append(mount)
                        .append(" -o remount,ro mnt/root")
                        .append(path)
                        .append(" || fail 'cannot make the root read-only'\n");
            }
        }
        findProgram(script, spec, "mnt/root");
        script.append(HANDOVER)
                .append("exec ")
                .append(Shell.quote(enterRoot(spec)))
                .append('\n');
    }

    private void overlay(StringBuilder script, String lower, String upper, String work, String target) {
        script.append(tools.words("mount"))
                .append(" -t overlay -o ")
                .append(Shell.quote("lowerdir=" + lower + ",upperdir=mnt/" + upper + ",workdir=mnt/" + work))
                .append(" overlay mnt/root")
                .append(target)
                .append(" || fail 'cannot mount an overlay'\n");
    }

    /** The image's files above the machine's; relative, so that no character of the runtime's directory disturbs. */
    private String above(String directory, Optional<Path> layer) {
        return layer.map(path -> path.resolve(directory))
                .filter(java.nio.file.Files::isDirectory)
                .map(path -> layout.root().relativize(path) + ":/" + directory)
                .orElse("/" + directory);
    }

    /**
     * Mounts at the place that the container's own links lead to: /var/run is /run, and a link from the machine's tree
     * must not lead out of the container's root.
     */
    private void bind(StringBuilder script, String mount, Bind bind) {
        Path path = Path.of(bind.target());
        String mkdir = "[ -d \"$at\" ] || " + tools.words("mkdir") + " -p \"$at\"";
        String reason = " || fail " + Shell.quote("cannot mount at " + bind.target()) + "\n";
        script.append("inside ")
                .append(Shell.quote((bind.directory() ? path : path.getParent()).toString()))
                .append('\n')
                .append(mkdir)
                .append(reason);
        if (!bind.directory()) {
            script.append("at=$at/")
                    .append(Shell.quote(path.getFileName().toString()))
                    .append("\n[ ! -L \"$at\" ] || ")
                    .append(tools.words("rm"))
                    .append(" -f \"$at\"")
                    .append(reason)
                    .append("[ -e \"$at\" ] || : >\"$at\"")
                    .append(reason);
        }
        script.append(mount)
                .append(bind.directory() ? " -o rbind " : " -o bind ")
                .append(Shell.quote(bind.source().toString()))
                .append(" \"$at\"")
                .append(reason);
        if (bind.readOnly()) {
            script.append(mount).append(" -o remount,bind,ro \"$at\"").append(reason);
        }
    }

    private void plain(StringBuilder script, ContainerSpec spec) {
        script.append("cd ")
                .append(Shell.quote(spec.workingDirectory()))
                .append(" || fail 'cannot enter the working directory ")
                .append(spec.workingDirectory().replace("'", ""))
                .append(", and without a mount namespace none is made'\n");
        findProgram(script, spec, "");
        List<String> command = new ArrayList<>();
        if (!spec.user().isRoot() && io.flotilla.kubelet.runtime.linux.Processes.isRoot()) {
            command.addAll(changeRoot(spec.user()));
            command.add("--skip-chdir");
            command.add("/");
        }
        command.addAll(withEnvironment(tools.program("env"), spec));
        script.append(HANDOVER).append("exec ").append(Shell.quote(command)).append('\n');
    }

    /**
     * Fails before the handover if the program is not to be found, in the words that container runtimes use. A link
     * counts as found: where it leads is known inside only.
     */
    private static void findProgram(StringBuilder script, ContainerSpec spec, String root) {
        String program = spec.command().getFirst();
        if (program.contains("/")) {
            Path path = Path.of(spec.workingDirectory()).resolve(program).normalize();
            String quoted = Shell.quote(root + path);
            String named = "unable to start container process: exec: \"" + program + "\": stat " + program
                    + ": no such file or directory";
            script.append("[ -e ")
                    .append(quoted)
                    .append(" ] || [ -L ")
                    .append(quoted)
                    .append(" ] || fail ")
                    .append(Shell.quote(named))
                    .append('\n');
            String denied = "unable to start container process: exec: \"" + program + "\": permission denied";
            script.append("[ -L ")
                    .append(quoted)
                    .append(" ] || { [ -x ")
                    .append(quoted)
                    .append(" ] && [ ! -d ")
                    .append(quoted)
                    .append(" ]; } || fail ")
                    .append(Shell.quote(denied))
                    .append('\n');
            return;
        }
        String path = spec.environment().getOrDefault("PATH", String.join(":", HostPrograms.DIRECTORIES));
        String directories = List.of(path.split(":", -1)).stream()
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Shell.quote(root + directory + "/" + program))
                .collect(Collectors.joining(" "));
        String missing =
                "unable to start container process: exec: \"" + program + "\": executable file not found in $PATH";
        script.append("found=\nfor file in ")
                .append(directories)
                .append("; do if [ -x \"$file\" ] || [ -L \"$file\" ]; then found=1; break; fi; done\n")
                .append("[ -n \"$found\" ] || fail ")
                .append(Shell.quote(missing))
                .append('\n');
    }

    private List<String> enterRoot(ContainerSpec spec) {
        List<String> command = new ArrayList<>();
        if (spec.noNewPrivileges() && tools.has("setpriv")) {
            command.addAll(List.of(tools.program("setpriv"), "--no-new-privs"));
        }
        command.addAll(spec.user().isRoot() ? tools.tool("chroot") : changeRoot(spec.user()));
        command.add("mnt/root");
        if (!spec.workingDirectory().equals("/")) {
            command.addAll(
                    List.of("/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", spec.workingDirectory()));
        }
        command.addAll(withEnvironment("/usr/bin/env", spec));
        return command;
    }

    /** Not busybox's: that one knows no users. */
    private List<String> changeRoot(User user) {
        String groups = user.groups().stream().map(String::valueOf).collect(Collectors.joining(","));
        return List.of(tools.program("chroot"), "--userspec=+" + user.uid() + ":+" + user.gid(), "--groups=" + groups);
    }

    /** The program after {@code env}, which unlike a shell passes on variables whatever their names. */
    static List<String> withEnvironment(String env, ContainerSpec spec) {
        List<String> command = new ArrayList<>(List.of(env, "-i"));
        spec.environment().forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(spec.command());
        return command;
    }
}
