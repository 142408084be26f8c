package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.linux.Processes;

/** Kills every process of a container. */
final class Leftovers {

    private Leftovers() {}

    /**
     * Killing the first process of a pid namespace makes the kernel kill the rest. Without one, the processes are found
     * by descent and by session, which a program can escape by leaving both.
     */
    static void kill(ContainerFiles files) {
        files.init().ifPresent(init -> {
            if (Processes.runs(init.identity())) {
                Processes.tree(init.pid()).forEach(process -> Processes.signal(process.pid(), Processes.SIGKILL));
            }
            Processes.all().stream()
                    .filter(process -> process.session() == init.pid() && process.startTicks() >= init.startTicks())
                    .forEach(process -> Processes.signal(process.pid(), Processes.SIGKILL));
        });
        files.stdinHolder()
                .filter(holder -> Processes.runs(holder.identity()))
                .ifPresent(holder -> Processes.signal(holder.pid(), Processes.SIGKILL));
    }
}
