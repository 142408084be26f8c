package io.flotilla.deploy.system;

import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.deploy.pki.Trust;
import io.flotilla.deploy.probe.HttpProbe;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client that writes one object after another through the load balancer and retries what fails: it knows for how long it
 * was ever kept waiting, and what it was promised is stored.
 */
final class AcknowledgedWrites implements AutoCloseable {
    private static final Duration PATIENCE_PER_TRY = Duration.ofSeconds(1);
    private static final int PAUSE_MILLIS = 20;

    private final HttpProbe client;
    private final String collection;
    private final List<String> acknowledged = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopped;
    private final AtomicLong longestNanos = new AtomicLong();

    private AcknowledgedWrites(HttpProbe client, String collection) {
        this.client = client;
        this.collection = collection;
        this.thread = Thread.ofVirtual().name("writes").unstarted(this::write);
    }

    static AcknowledgedWrites start(Lab lab, String namespace) throws GeneralSecurityException, IOException {
        var trust = new ClusterTrust(lab.directory().resolve("pki"));
        var client = new HttpProbe(
                Trust.client(trust.authority(), trust.certificate("admin"), trust.key("admin")), PATIENCE_PER_TRY);
        var server = lab.kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
                .ok();
        var writes = new AcknowledgedWrites(client, server + "/api/v1/namespaces/" + namespace + "/configmaps");
        writes.thread.start();
        return writes;
    }

    private void write() {
        for (int i = 0; !stopped; i++) {
            var name = "write-" + i;
            var began = System.nanoTime();
            while (!stopped && !isStored(name)) {
                pause();
            }
            var took = System.nanoTime() - began;
            if (stopped) {
                return;
            }
            longestNanos.accumulateAndGet(took, Math::max);
            acknowledged.add(name);
            pause();
        }
    }

    /** One try. A failure may mean that it is stored all the same, or was by the try before. */
    private boolean isStored(String name) {
        try {
            client.post(
                    URI.create(collection),
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name + "\"}}");
            return true;
        } catch (IOException e) {
            return client.isReady(URI.create(collection + "/" + name));
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The longest time from the first try of a write to its acknowledgement, since this was last asked. */
    Duration longestSinceLast() {
        return Duration.ofNanos(longestNanos.getAndSet(0));
    }

    /** Ends; returns the names of all that were acknowledged. */
    List<String> stop() throws InterruptedException {
        stopped = true;
        thread.join();
        return List.copyOf(acknowledged);
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
