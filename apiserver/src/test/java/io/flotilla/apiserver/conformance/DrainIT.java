package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients see of a server that stops. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class DrainIT {
    private final Cluster.Running cluster;

    DrainIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    @Test
    void readinessFailsFirstThenWatchesEndAndThenNobodyListens() throws Exception {
        try (Cluster.Another server = cluster.another("--shutdown-delay-duration=20s")) {
            Rest client = server.client();
            String configMaps = "/api/v1/namespaces/" + cluster.namespace() + "/configmaps";
            Watch watch = client.watch(configMaps + "?watch=true");
            CompletableFuture<Void> closed = stop(server);

            Awaitility.await().until(() -> client.get("/readyz").code() == 500);
            client.get("/readyz/shutdown").expect(500);
            client.get("/livez?exclude=etcd").expect(200);
            client.post(configMaps, Json.object("{metadata: {name: 'late'}}")).expect(201);
            watch.expect("ADDED", "late");
            assertThat(closed).isNotDone();

            assertThat(watch.ends()).isTrue();
            closed.get(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> client.get("/livez"));
        }
    }

    @Test
    void anAnswerThatHasBegunIsSentWhole() throws Exception {
        // More than the buffers between server and client hold.
        int count = 20;
        String configMaps = "/api/v1/namespaces/" + cluster.namespace() + "/configmaps";
        for (int i = 0; i < count; i++) {
            cluster.admin()
                    .post(
                            configMaps,
                            Json.object("{metadata: {name: 'big-%s'}, data: {k: '%s'}}", i, "x".repeat(900_000)))
                    .expect(201);
        }
        try (Cluster.Another server = cluster.another()) {
            InputStream body = server.overHttp1().body(configMaps);
            CompletableFuture<Void> closed = stop(server);
            Awaitility.await().until(() -> !isListening(server));
            assertThat(closed).isNotDone();

            assertThat(Json.parse(body.readAllBytes()).path("items")).hasSize(count);
            closed.get(Cluster.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Stops it on a thread of its own: the client needs those of the common pool. */
    private static CompletableFuture<Void> stop(Cluster.Another server) {
        return CompletableFuture.runAsync(
                server::close, task -> Thread.ofVirtual().name("stop").start(task));
    }

    private static boolean isListening(Cluster.Another server) throws InterruptedException {
        try {
            server.client().get("/livez");
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
