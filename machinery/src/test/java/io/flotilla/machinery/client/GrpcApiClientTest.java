package io.flotilla.machinery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.proto.cluster.ClusterGrpc;
import io.flotilla.proto.cluster.CreateRequest;
import io.flotilla.proto.cluster.GetRequest;
import io.flotilla.proto.cluster.ObjectReply;
import io.flotilla.proto.cluster.UpdateRequest;
import io.flotilla.proto.cluster.WatchBatch;
import io.flotilla.proto.cluster.WatchRequest;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class GrpcApiClientTest {
    private static final ObjectKey KEY = new ObjectKey("default", "one");

    /** Of which an attempt may take a third: a server that is merely slow is not to be left for another. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final List<Server> servers = new ArrayList<>();
    private final List<GrpcApiClient> clients = new ArrayList<>();

    /** A server that answers as it was told and remembers what it was asked. */
    private static final class Scripted extends ClusterGrpc.ClusterImplBase {
        final List<Object> asked = new CopyOnWriteArrayList<>();
        Optional<Status> failure = Optional.empty();
        Metadata trailers = new Metadata();
        List<WatchBatch> batches = List.of();

        @Override
        public void get(GetRequest request, StreamObserver<ObjectReply> answer) {
            answer(request, request.getResource().getName(), answer);
        }

        @Override
        public void create(CreateRequest request, StreamObserver<ObjectReply> answer) {
            answer(request, "created", answer);
        }

        @Override
        public void update(UpdateRequest request, StreamObserver<ObjectReply> answer) {
            answer(request, "updated", answer);
        }

        private void answer(Object request, String name, StreamObserver<ObjectReply> answer) {
            asked.add(request);
            if (failure.isPresent()) {
                answer.onError(failure.get().asRuntimeException(trailers));
                return;
            }
            answer.onNext(ObjectReply.newBuilder()
                    .setObject(ByteString.copyFromUtf8(configMap(name, "7")))
                    .build());
            answer.onCompleted();
        }

        @Override
        public void watch(WatchRequest request, StreamObserver<WatchBatch> answer) {
            asked.add(request);
            batches.forEach(answer::onNext);
            if (failure.isPresent()) {
                answer.onError(failure.get().asRuntimeException(trailers));
            } else {
                answer.onCompleted();
            }
        }
    }

    private static String configMap(String name, String version) {
        return "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"" + name
                + "\",\"namespace\":\"default\",\"uid\":\"u\",\"resourceVersion\":\"" + version + "\"}}";
    }

    private static io.flotilla.proto.cluster.WatchEvent event(
            io.flotilla.proto.cluster.WatchEvent.Type type, String json) {
        return io.flotilla.proto.cluster.WatchEvent.newBuilder()
                .setType(type)
                .setObject(ByteString.copyFromUtf8(json))
                .build();
    }

    private String serve(ClusterGrpc.ClusterImplBase scripted) throws IOException {
        String name = UUID.randomUUID().toString();
        servers.add(InProcessServerBuilder.forName(name)
                .addService(scripted)
                .directExecutor()
                .build()
                .start());
        return name;
    }

    private ApiClient clientOf(String... names) {
        return clientOf(PATIENCE, names);
    }

    private ApiClient clientOf(Duration timeout, String... names) {
        GrpcApiClient client = GrpcApiClient.over(
                List.of(names), name -> InProcessChannelBuilder.forName(name).build(), timeout);
        clients.add(client);
        return client;
    }

    @AfterEach
    void close() {
        clients.forEach(GrpcApiClient::close);
        servers.forEach(Server::shutdownNow);
    }

    private static Metadata refusal(int code, String reason) {
        Metadata trailers = new Metadata();
        trailers.put(
                GrpcErrors.STATUS,
                ("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":" + code + ",\"reason\":\""
                                + reason + "\",\"message\":\"told so\"}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return trailers;
    }

    @Test
    void aReadMovesOnToTheServerThatAnswers() throws IOException {
        Scripted alive = new Scripted();
        ApiClient client = clientOf("gone", serve(alive));

        ConfigMap found = client.resource(ResourceTypes.CONFIG_MAPS).get(KEY);

        assertThat(found.getMetadata().getName()).isEqualTo("one");
        assertThat(alive.asked).hasSize(1);
    }

    @Test
    void aWriteWhoseOutcomeIsUnknownIsNotSentAgain() throws IOException {
        Scripted first = new Scripted();
        first.failure = Optional.of(Status.UNAVAILABLE.withDescription("connection reset"));
        Scripted second = new Scripted();
        ApiClient client = clientOf(serve(first), serve(second));

        assertThatExceptionOfType(ApiException.Unanswered.class)
                .isThrownBy(() -> client.resource(ResourceTypes.CONFIG_MAPS)
                        .create(new ConfigMapBuilder()
                                .withNewMetadata()
                                .endMetadata()
                                .build()));

        assertThat(first.asked).hasSize(1);
        assertThat(second.asked).isEmpty();
        client.resource(ResourceTypes.CONFIG_MAPS).get(KEY);
        assertThat(second.asked).as("the next call goes to the next server").hasSize(1);
    }

    @Test
    void aWriteThatNeverReachedAServerIsSentToTheNext() throws IOException {
        Scripted second = new Scripted();
        // Bound so that nobody else can be, and not listening.
        try (Socket closed = new Socket()) {
            closed.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            GrpcApiClient client = GrpcApiClient.over(
                    List.of("closed", serve(second)),
                    name -> name.equals("closed")
                            ? NettyChannelBuilder.forAddress("127.0.0.1", closed.getLocalPort())
                                    .usePlaintext()
                                    .build()
                            : InProcessChannelBuilder.forName(name).build(),
                    PATIENCE);
            clients.add(client);

            client.resource(ResourceTypes.CONFIG_MAPS)
                    .create(new ConfigMapBuilder()
                            .withNewMetadata()
                            .endMetadata()
                            .build());
        }

        assertThat(second.asked).hasSize(1);
    }

    @Test
    void aRefusalCarriesTheStatusAndIsNotRetried() throws IOException {
        Scripted refusing = new Scripted();
        refusing.failure = Optional.of(Status.NOT_FOUND);
        refusing.trailers = refusal(404, "NotFound");
        ApiClient client = clientOf(serve(refusing), "gone");

        assertThatExceptionOfType(ApiException.Refused.class)
                .isThrownBy(() -> client.resource(ResourceTypes.CONFIG_MAPS).get(KEY))
                .withMessage("told so")
                .matches(ApiException::isNotFound);
        assertThat(refusing.asked).hasSize(1);
    }

    @Test
    void whereNoServerAnswersTheCallFailsAfterItsTime() {
        ApiClient client = clientOf(Duration.ofSeconds(1), "gone", "gone too");

        assertThatExceptionOfType(ApiException.Unanswered.class)
                .isThrownBy(() -> client.resource(ResourceTypes.CONFIG_MAPS).get(KEY))
                .withMessageContaining("no answer from gone");
    }

    /** A server that keeps everyone waiting but those who ask for KEY. */
    private static final class Slow extends ClusterGrpc.ClusterImplBase {
        final List<StreamObserver<ObjectReply>> waiting = new CopyOnWriteArrayList<>();
        private volatile boolean released;

        @Override
        public void get(GetRequest request, StreamObserver<ObjectReply> answer) {
            if (released || request.getResource().getName().equals(KEY.name())) {
                answer(answer);
            } else {
                waiting.add(answer);
            }
        }

        @Override
        public void update(UpdateRequest request, StreamObserver<ObjectReply> answer) {
            waiting.add(answer);
        }

        void release() {
            released = true;
            waiting.forEach(Slow::answer);
        }

        private static void answer(StreamObserver<ObjectReply> answer) {
            answer.onNext(ObjectReply.newBuilder()
                    .setObject(ByteString.copyFromUtf8(configMap("one", "7")))
                    .build());
            answer.onCompleted();
        }
    }

    @Test
    void aBurstWaitsInTheClientAndWhatIsUrgentDoesNot() throws Exception {
        Slow slow = new Slow();
        GrpcApiClient client = GrpcApiClient.over(
                List.of(serve(slow)),
                name -> InProcessChannelBuilder.forName(name).build(),
                Duration.ofMinutes(10));
        clients.add(client);
        ObjectKey other = new ObjectKey("default", "other");
        List<Thread> burst = Stream.generate(() -> Thread.ofVirtual()
                        .start(() -> client.resource(ResourceTypes.CONFIG_MAPS).get(other)))
                .limit(100)
                .toList();
        Awaitility.await().until(() -> slow.waiting.size() == 32);

        ConfigMap urgent = client.urgent(Duration.ofMinutes(1))
                .resource(ResourceTypes.CONFIG_MAPS)
                .get(KEY);

        assertThat(urgent.getMetadata().getName()).isEqualTo("one");
        assertThat(slow.waiting).hasSize(32);
        slow.release();
        for (Thread each : burst) {
            each.join();
        }
        assertThat(slow.waiting).hasSize(32);
    }

    @Test
    void anUrgentWriteMovesOnFromAServerThatHangs() throws Exception {
        Scripted healthy = new Scripted();
        ApiClient client = clientOf(serve(new Slow()), serve(healthy));

        client.urgent(Duration.ofSeconds(5))
                .resource(ResourceTypes.CONFIG_MAPS)
                .update(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(KEY.namespace())
                        .withName(KEY.name())
                        .endMetadata()
                        .build());

        assertThat(healthy.asked).hasSize(1);
    }

    @Test
    void fencedWritesCarryTheFence() throws IOException {
        Scripted scripted = new Scripted();
        ApiClient client = clientOf(serve(scripted));

        client.fencedBy(new Fence("kube-system", "kube-scheduler", "me", 4))
                .resource(ResourceTypes.CONFIG_MAPS)
                .create(new ConfigMapBuilder().withNewMetadata().endMetadata().build());

        CreateRequest sent = (CreateRequest) scripted.asked.getFirst();
        assertThat(sent.getOptions().getFence().getHolder()).isEqualTo("me");
        assertThat(sent.getOptions().getFence().getTerm()).isEqualTo(4);
    }

    @Test
    void aWatchTellsEventsBookmarksAndItsEnd() throws Exception {
        Scripted scripted = new Scripted();
        scripted.batches = List.of(
                WatchBatch.newBuilder()
                        .addEvents(event(io.flotilla.proto.cluster.WatchEvent.Type.ADDED, configMap("one", "8")))
                        .addEvents(event(io.flotilla.proto.cluster.WatchEvent.Type.DELETED, configMap("one", "9")))
                        .build(),
                WatchBatch.newBuilder()
                        .addEvents(
                                event(
                                        io.flotilla.proto.cluster.WatchEvent.Type.BOOKMARK,
                                        "{\"metadata\":{\"resourceVersion\":\"12\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}"))
                        .build());
        ApiClient client = clientOf(serve(scripted));

        try (WatchStream<ConfigMap> watch =
                client.resource(ResourceTypes.CONFIG_MAPS).watch(new WatchOptions(ListOptions.ALL, true))) {
            assertThat(watch.next()).get().isInstanceOf(WatchEvent.Added.class);
            assertThat(watch.next()).get().isInstanceOf(WatchEvent.Deleted.class);
            assertThat(watch.next()).contains(new WatchEvent.Bookmark<>("12", true));
            assertThat(watch.next()).isEmpty();
            assertThat(watch.next()).isEmpty();
        }
    }

    @Test
    void anExpiredWatchSaysSoWhetherAsStatusOrInTheStream() throws IOException {
        Scripted refusing = new Scripted();
        refusing.failure = Optional.of(Status.OUT_OF_RANGE);
        refusing.trailers = refusal(410, "Expired");
        Scripted telling = new Scripted();
        telling.batches = List.of(WatchBatch.newBuilder()
                .addEvents(event(
                        io.flotilla.proto.cluster.WatchEvent.Type.ERROR,
                        "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":410,\"reason\":\"Expired\"}"))
                .build());

        for (Scripted each : List.of(refusing, telling)) {
            ApiClient client = clientOf(serve(each));
            WatchStream<ConfigMap> watch =
                    client.resource(ResourceTypes.CONFIG_MAPS).watch(new WatchOptions(ListOptions.ALL, false));
            assertThatExceptionOfType(ApiException.Refused.class)
                    .isThrownBy(watch::next)
                    .matches(ApiException::isExpired);
            watch.close();
        }
    }

    @Test
    void aWatchThatLosesItsServerLeavesThatServer() throws IOException {
        Scripted dying = new Scripted();
        dying.failure = Optional.of(Status.UNAVAILABLE);
        Scripted alive = new Scripted();
        ApiClient client = clientOf(serve(dying), serve(alive));
        WatchStream<ConfigMap> watch =
                client.resource(ResourceTypes.CONFIG_MAPS).watch(new WatchOptions(ListOptions.ALL, false));

        assertThatExceptionOfType(ApiException.Unanswered.class).isThrownBy(watch::next);

        client.resource(ResourceTypes.CONFIG_MAPS).get(KEY);
        assertThat(alive.asked).hasSize(1);
    }
}
