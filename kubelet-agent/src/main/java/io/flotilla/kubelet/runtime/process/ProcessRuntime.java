package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.ContainerRuntime;
import io.flotilla.kubelet.runtime.embedded.DirectoryLock;
import io.flotilla.kubelet.runtime.embedded.EmbeddedServer;
import io.flotilla.kubelet.runtime.embedded.LifecycleEvents;
import io.flotilla.kubelet.runtime.embedded.PodAddresses;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.kubelet.runtime.linux.Watcher;
import io.flotilla.kubelet.runtime.standin.Catalogue;
import io.flotilla.kubelet.runtime.standin.HostPrograms;
import io.flotilla.kubelet.runtime.standin.ImageStore;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process runtime, put together. */
public final class ProcessRuntime implements ContainerRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessRuntime.class);

    private final DirectoryLock lock;
    private final Watcher watcher;
    private final EmbeddedServer server;
    private final ExecutorService launches;

    private ProcessRuntime(DirectoryLock lock, Watcher watcher, ExecutorService launches, EmbeddedServer server) {
        this.lock = lock;
        this.watcher = watcher;
        this.launches = launches;
        this.server = server;
    }

    /**
     * Opens the runtime on its directory and adopts the containers there.
     *
     * @throws IOException if the directory cannot be used or another agent uses it
     */
    public static ProcessRuntime open(Path directory) throws IOException {
        HostPrograms programs = HostPrograms.installed();
        Isolation isolation = IsolationProbe.probe(Layout.create(directory), new Toolbox(programs));
        if (isolation instanceof Isolation.Plain(String reason)) {
            LOG.warn("Containers are plain processes: {}", reason);
        }
        return open(directory, programs, isolation);
    }

    /** Opens the runtime with a choice of the machine's programs and of how far containers are kept apart. */
    static ProcessRuntime open(Path directory, HostPrograms programs, Isolation isolation) throws IOException {
        Processes.keepIgnoredSignalsToOneself();
        Layout layout = Layout.create(directory);
        DirectoryLock lock = DirectoryLock.take(layout.root());
        var tools = new Toolbox(programs);
        var clock = Clock.systemUTC();
        var random = new SecureRandom();
        var events = new LifecycleEvents(clock);
        var catalogue = Catalogue.standard();
        var images = new ImageStore(layout.images(), catalogue, programs, clock);
        images.load();
        var addresses = new PodAddresses(layout.root());
        var sandboxes = new Sandboxes(layout.sandboxes(), addresses, clock, random);
        var specs = new SpecResolver(images, tools.busybox().isPresent(), isolation);
        var containers =
                new ContainerStore(layout.containers(), sandboxes, images, catalogue, specs, isolation, clock, random);
        var scripts = new InitScript(layout, tools, new Skeletons(layout, tools));
        var launcher = new Launcher(layout, tools, isolation);
        launcher.install();
        var cgroups = Cgroups.find();
        var output = new RawOutput();
        Watcher watcher = Watcher.start();
        ExecutorService launches = launches();
        var life = new ContainerLife(
                containers, scripts, launcher, isolation, cgroups, watcher, events, output, launches, clock);
        var enter = new EnterCommand(tools, isolation, cgroups);

        sandboxes.adopt();
        boolean sameBoot = sameBoot(layout);
        containers.load().forEach(container -> life.adopt(container, sameBoot));

        var pods = new ProcessPods(
                sandboxes, containers, life, addresses, enter, cgroups, new Usage(containers, clock), isolation);
        var sessions = new ProcessSessions(sandboxes, containers, enter, tools, output);
        return new ProcessRuntime(lock, watcher, launches, EmbeddedServer.start(pods, images, sessions, events, clock));
    }

    /** As many starts at once as the machine can make any faster; no thread while there are none. */
    private static ExecutorService launches() {
        int most = Math.max(2, Runtime.getRuntime().availableProcessors());
        var launches = new ThreadPoolExecutor(
                most,
                most,
                5,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("runtime-launch-", 0).daemon().factory());
        launches.allowCoreThreadTimeOut(true);
        return launches;
    }

    private static boolean sameBoot(Layout layout) throws IOException {
        String now = ContainerLife.boot();
        boolean same = StateFile.read(layout.boot()).map(now::equals).orElse(true);
        StateFile.write(layout.boot(), now);
        return same;
    }

    @Override
    public Channel channel() {
        return server.channel();
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public void close() {
        server.close();
        launches.shutdown();
        watcher.close();
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("The lock of the runtime's directory did not close", e);
        }
    }
}
