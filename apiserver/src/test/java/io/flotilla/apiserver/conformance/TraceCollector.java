package io.flotilla.apiserver.conformance;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;

/** Takes spans as an OpenTelemetry collector does, and keeps them. */
final class TraceCollector extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {
    private final Queue<ResourceSpans> received = new ConcurrentLinkedQueue<>();
    private final Server server;

    TraceCollector() throws IOException {
        server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(this)
                .build()
                .start();
    }

    String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answer) {
        received.addAll(request.getResourceSpansList());
        answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
        answer.onCompleted();
    }

    List<ResourceSpans> received() {
        return List.copyOf(received);
    }

    /** All spans, once that of a request is among them: it ends last. */
    List<Span> spansWith(String name) {
        return Awaitility.await()
                .until(
                        this::spans,
                        spans -> spans.stream().anyMatch(each -> each.getName().equals(name)));
    }

    private List<Span> spans() {
        return received.stream()
                .map(ResourceSpans::getScopeSpansList)
                .flatMap(List::stream)
                .map(ScopeSpans::getSpansList)
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
