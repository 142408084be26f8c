package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.proto.cluster.ClusterGrpc;
import io.flotilla.proto.cluster.Resource;
import io.flotilla.proto.cluster.WatchBatch;
import io.flotilla.proto.cluster.WatchRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What /metrics tells of what has just been done. */
@ExtendWith(Cluster.class)
class MetricsIT {
    private final Cluster.Running cluster;
    private final Rest admin;

    MetricsIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    /** Value of a series; 0 if there is none. */
    private double value(String series) throws Exception {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(series) + " ([0-9.eE+]+)$")
                .matcher(admin.get("/metrics").expect(200).text());
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }

    @Test
    void requestsToEtcdAreCountedAndTimedByResource() throws Exception {
        String maps = "/api/v1/namespaces/" + cluster.namespace() + "/configmaps";
        String labels = "{group=\"\",operation=\"%s\",resource=\"configmaps\"}";
        double created = value("etcd_requests_total" + labels.formatted("create"));
        double deleted = value("etcd_requests_total" + labels.formatted("delete"));
        admin.post(maps, Json.object("{metadata: {name: 'a'}}")).expect(201);
        admin.patch(maps + "/a", Rest.MERGE_PATCH, "{data: {x: 'y'}}").expect(200);
        admin.delete(maps + "/a").expect(200);

        assertThat(value("etcd_requests_total" + labels.formatted("create"))).isEqualTo(created + 1);
        assertThat(value("etcd_requests_total" + labels.formatted("delete"))).isEqualTo(deleted + 1);
        assertThat(value("etcd_requests_total" + labels.formatted("update"))).isPositive();
        assertThat(value("etcd_request_duration_seconds_count" + labels.formatted("update")))
                .isPositive();
    }

    @Test
    void admissionIsTimedAndWhatEtcdTellsIsCounted() throws Exception {
        String maps = "/api/v1/namespaces/" + cluster.namespace() + "/configmaps";
        String steps = "apiserver_admission_step_admission_duration_seconds_count"
                + "{operation=\"CREATE\",rejected=\"false\",type=\"%s\"}";
        String events = "apiserver_storage_events_received_total{group=\"\",resource=\"configmaps\"}";
        double admitted = value(steps.formatted("admit"));
        double validated = value(steps.formatted("validate"));
        double received = value(events);
        admin.post(maps, Json.object("{metadata: {name: 'a'}}")).expect(201);
        admin.get(maps).expect(200);

        assertThat(value(steps.formatted("admit"))).isGreaterThan(admitted);
        assertThat(value(steps.formatted("validate"))).isGreaterThan(validated);
        assertThat(value(events)).isGreaterThan(received);
    }

    @Test
    void theOutcomesOfHealthChecksAreTold() throws Exception {
        Awaitility.await().until(() -> admin.get("/readyz").code() == 200);
        assertThat(admin.get("/metrics/slis").expect(200).text())
                .contains(
                        "kubernetes_healthcheck{name=\"etcd\",type=\"readyz\"} 1.0\n",
                        "kubernetes_healthchecks_total{name=\"etcd\",status=\"success\",type=\"readyz\"} ");
    }

    @Test
    void theSizeOfTheDatabaseIsTold() throws Exception {
        // Etcd has a second to tell it; a scrape does not wait longer.
        Awaitility.await()
                .untilAsserted(() -> assertThat(value("apiserver_storage_size_bytes{storage_cluster_id=\"etcd-0\"}"))
                        .isGreaterThan(1_000));
    }

    @Test
    void metricsOfRequestsHaveTheNamesOfKubernetes() throws Exception {
        admin.get("/api/v1/namespaces/default").expect(200);
        assertThat(admin.get("/metrics").text())
                .contains(
                        "apiserver_request_total{code=\"200\",",
                        "apiserver_request_duration_seconds_bucket{component=\"apiserver\",",
                        "apiserver_response_sizes_bucket{component=\"apiserver\",",
                        "apiserver_current_inflight_requests{request_kind=\"mutating\"}",
                        "apiserver_storage_objects{resource=\"namespaces\"}",
                        "apiserver_flowcontrol_dispatched_requests_total{");
    }

    @Test
    void watchesOfComponentsAreMeasured() throws Exception {
        String of = "{group=\"\",resource=\"podtemplates\"";
        String namespace = cluster.namespace();
        admin.post(
                        "/api/v1/namespaces/" + namespace + "/podtemplates",
                        Json.object(
                                "{metadata: {name: 'a'}, template: {spec: {containers: [{name: 'c', image: 'x'}]}}}"))
                .expect(201);
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", cluster.grpcPort())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(cluster.certificates().authority().toFile())
                        .keyManager(
                                cluster.certificates()
                                        .certificate(Cluster.ADMIN)
                                        .toFile(),
                                cluster.certificates().key(Cluster.ADMIN).toFile())
                        .build())
                .build();
        try {
            Iterator<WatchBatch> watch = ClusterGrpc.newBlockingStub(channel)
                    .watch(WatchRequest.newBuilder()
                            .setResource(Resource.newBuilder()
                                    .setVersion("v1")
                                    .setResource("podtemplates")
                                    .setNamespace(namespace))
                            .setSendInitialEvents(true)
                            .setAllowBookmarks(true)
                            .build());
            int events = 0;
            while (events < 2) {
                events += watch.next().getEventsCount();
            }
        } finally {
            channel.shutdownNow();
        }

        assertThat(admin.get("/metrics").expect(200).text())
                .contains(
                        "apiserver_watch_events_total" + of,
                        "apiserver_watch_events_sizes_count" + of,
                        "apiserver_watch_list_duration_seconds_count" + of);
    }
}
