package io.flotilla.deploy.process;

import io.flotilla.deploy.plan.PrivateFile;
import io.flotilla.machinery.component.HeapKeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Java programs, and the JVM each of them gets. A lab is fifteen JVMs on one small machine, so each gets the smallest that
 * does its work: the serial collector, a heap that grows only with what is in use, few arenas, and the second compiler only
 * for what has a hot path, and only where there is a processor for it: it pays after minutes, and until then takes the time
 * that the others need.
 */
public enum JavaProgram {
    API_SERVER("apiserver", "apiserver", "io.flotilla.apiserver.Main", 216, true),
    SCHEDULER("scheduler", "scheduler", "io.flotilla.scheduler.Main", 160, false),
    CONTROLLER_MANAGER("controller-manager", "controller-manager", "io.flotilla.controllermanager.Main", 160, false),
    AGENT("agent", "kubelet-agent", "io.flotilla.kubelet.Main", 128, false),
    PROXY("proxy", "kube-proxy", "io.flotilla.kubeproxy.Main", 64, false),
    BALANCER("balancer", "deploy", "io.flotilla.deploy.balancer.BalancerMain", 32, false),
    SUPERVISOR("supervisor", "deploy", "io.flotilla.deploy.supervisor.SupervisorMain", 32, false);

    private final String word;
    private final String module;
    private final String mainClass;
    private final int heapMegabytes;
    private final boolean hot;

    JavaProgram(String word, String module, String mainClass, int heapMegabytes, boolean hot) {
        this.word = word;
        this.module = module;
        this.mainClass = mainClass;
        this.heapMegabytes = heapMegabytes;
        this.hot = hot;
    }

    public String word() {
        return word;
    }

    /** Whether the distribution has this program: modules are built, and come to life, one by one. */
    boolean isBuiltInto(Distribution distribution) {
        return distribution.hasClass(module, mainClass);
    }

    /** Whether a program runs to work, or to write the cache of its loaded classes at its end. */
    public enum Purpose {
        WORK,
        TRAINING
    }

    /**
     * The start of a command line, up to and with the main class; the long part of it in a file of arguments in that
     * directory, which keeps {@code ps} readable.
     *
     * @param spacious whether there are more processors than programs of this kind
     */
    public List<String> command(Distribution distribution, Path directory, Purpose purpose, boolean spacious)
            throws IOException {
        var cache = distribution.cache(this);
        var command = command(
                distribution,
                switch (purpose) {
                    case WORK -> Files.exists(cache) ? List.of("-XX:AOTCache=" + cache) : List.of();
                    case TRAINING -> List.of("-XX:AOTCacheOutput=" + cache, "-Xlog:disable", "-Xlog:all=error");
                },
                hot && spacious);
        var file = directory.resolve(word + ".args");
        var quoted = new StringBuilder();
        for (var argument : command.subList(1, command.size())) {
            quoted.append('"')
                    .append(argument.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append("\"\n");
        }
        PrivateFile.write(file, quoted.toString());
        return List.of(command.getFirst(), "@" + file);
    }

    private List<String> command(Distribution distribution, List<String> cacheOptions, boolean secondCompiler) {
        var command = new ArrayList<String>();
        // What the lab's own programs hold does not grow with the cluster.
        var most = module.equals("deploy") ? heapMegabytes : Math.max(heapMegabytes, Memory.megabytes() / 10);
        command.add(Distribution.java().toString());
        command.addAll(cacheOptions);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                // Compiling early what was hot in the training run costs more of a start than it gives back.
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-AOTReplayTraining",
                "-XX:MinHeapFreeRatio=20",
                "-XX:MaxHeapFreeRatio=40",
                "-Xms8m",
                "-Xmx" + most + "m",
                "-D" + HeapKeeper.PROPERTY + "=" + heapMegabytes,
                "-Xss512k",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                // It samples buffers with their stack traces, which takes 3 % of a long list; the tests run with it.
                "-Dio.netty.leakDetection.level=disabled",
                "-Dio.netty.allocator.numDirectArenas=1",
                "-Dio.netty.allocator.numHeapArenas=1",
                distribution.property()));
        if (!secondCompiler) {
            command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:CICompilerCount=1"));
        } else {
            // By default it puts the same code into many callers, and for minutes takes a third of the server's time.
            command.addAll(List.of("-XX:MaxInlineLevel=6", "-XX:FreqInlineSize=140", "-XX:InlineSmallCode=1200"));
        }
        command.add("-XX:ReservedCodeCacheSize=" + (hot ? 64 : 24) + "m");
        command.addAll(List.of("-cp", distribution.classPath(module), mainClass));
        return command;
    }
}
