package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.linux.Processes;
import java.util.ArrayList;
import java.util.List;

/** Finds out by trying: capabilities, seccomp filters and file systems decide in more ways than could be asked for. */
final class IsolationProbe {

    private IsolationProbe() {}

    static Isolation probe(Layout layout, Toolbox tools) {
        if (!Processes.isRoot()) {
            return new Isolation.Plain("the agent does not run as root");
        }
        List<String> command = new ArrayList<>(tools.tool("unshare"));
        command.addAll(List.of("-m", "-p", "-u", "-i", "-f"));
        command.addAll(tools.tool("sh"));
        command.addAll(
                List.of("-c", trial(tools.words("mount")), "sh", layout.root().toString()));
        var result = Commands.run(command);
        return result.code() == 0
                ? new Isolation.Namespaces()
                : new Isolation.Plain("namespaces are not to be had here: " + result.output());
    }

    private static String trial(String mount) {
        return String.join(
                " && ",
                "cd \"$1\"",
                mount + " -t tmpfs tmpfs mnt",
                "mkdir mnt/lower mnt/upper mnt/work mnt/root mnt/proc",
                mount + " -t overlay -o lowerdir=/usr,upperdir=mnt/upper,workdir=mnt/work overlay mnt/root",
                mount + " -t proc proc mnt/proc",
                mount + " -o bind mnt/lower mnt/root/share",
                "echo probe >/proc/sys/kernel/hostname");
    }
}
