package io.flotilla.kubelet.runtime.process;

import io.flotilla.proto.cri.ContainerConfig;
import java.nio.file.Path;
import java.time.Duration;

/** A program that hosts the runtime, starts containers and waits to be killed. */
final class RuntimeHost {

    private RuntimeHost() {}

    public static void main(String[] arguments) throws Exception {
        var node = Node.open(Path.of(arguments[0]), arguments[1]);
        String pod = node.run(node.pod("web"));
        // A counter whose lines tell whether any was lost; it ends by itself once told to.
        ContainerConfig counter = Node.container(
                        "counter",
                        "busybox",
                        "sh",
                        "-c",
                        "i=0; while [ ! -e /data/stop ]; do i=$((i+1)); echo line $i; echo odd $i >&2; done; echo last $i; exit 42")
                .addMounts(io.flotilla.proto.cri.Mount.newBuilder()
                        .setHostPath(arguments[0] + "/data")
                        .setContainerPath("/data"))
                .build();
        String counting = node.createAndStart(pod, counter);
        String sleeping = node.createAndStart(
                pod, Node.container("sleeper", "busybox", "sleep", "1000").build());
        String brief = node.createAndStart(
                pod, Node.container("brief", "busybox", "sh", "-c", "exit 5").build());
        node.awaitExit(brief);
        System.out.println("READY " + pod + " " + counting + " " + sleeping + " " + brief);
        Thread.sleep(Duration.ofMinutes(30));
    }
}
