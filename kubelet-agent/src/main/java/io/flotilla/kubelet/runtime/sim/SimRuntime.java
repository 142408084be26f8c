package io.flotilla.kubelet.runtime.sim;

import io.flotilla.kubelet.runtime.ContainerRuntime;
import io.flotilla.kubelet.runtime.embedded.DirectoryLock;
import io.flotilla.kubelet.runtime.embedded.EmbeddedServer;
import io.flotilla.kubelet.runtime.embedded.LifecycleEvents;
import io.flotilla.kubelet.runtime.embedded.PodAddresses;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The simulating runtime, put together. */
public final class SimRuntime implements ContainerRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(SimRuntime.class);

    private final DirectoryLock lock;
    private final SimStore store;
    private final ScheduledThreadPoolExecutor timers;
    private final EmbeddedServer server;

    private SimRuntime(DirectoryLock lock, SimStore store, ScheduledThreadPoolExecutor timers, EmbeddedServer server) {
        this.lock = lock;
        this.store = store;
        this.timers = timers;
        this.server = server;
    }

    /**
     * Opens the runtime on its directory and goes on with the containers in its journal.
     *
     * @throws IOException if the journal cannot be read or another agent uses it
     */
    public static SimRuntime open(Path directory) throws IOException {
        DirectoryLock lock = DirectoryLock.take(directory);
        var clock = Clock.systemUTC();
        var store = new SimStore(directory.resolve("journal"));
        var events = new LifecycleEvents(clock);
        var addresses = new PodAddresses(directory);
        store.pods().stream().filter(SimPod::ready).forEach(pod -> addresses.adopt(pod.address()));
        var images = new SimImages();
        store.containers()
                .forEach(container -> images.adopt(container.config().getImage().getImage()));
        var timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("runtime-sim-timers").daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        var life = new SimLife(store, events, timers, clock);
        life.adopt();
        var pods = new SimPods(store, life, images, addresses, clock, new SecureRandom());
        return new SimRuntime(
                lock, store, timers, EmbeddedServer.start(pods, images, new SimSessions(store), events, clock));
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
        timers.shutdownNow();
        store.close();
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("The lock of the runtime's directory did not close", e);
        }
    }
}
