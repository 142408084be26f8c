package io.flotilla.apiserver.tracing;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.request.User;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Spans of OpenTelemetry, sent in batches by a thread of their own. Of those who say what they trace, only a few are
 * believed: what others say becomes a link, and whether their requests are recorded is for the sampling rate to say.
 */
public final class OpenTelemetryTracing implements Tracing {
    private static final long CLOSING_SECONDS = 5;

    private static final List<String> BELIEVED = List.of(User.MASTERS, "system:monitoring");

    private static final AttributeKey<Long> STATUS_CODE = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<Long> BODY_SIZE = AttributeKey.longKey("http.response.body.size");
    private static final TextMapGetter<UnaryOperator<String>> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(UnaryOperator<String> headers) {
            return W3CTraceContextPropagator.getInstance().fields();
        }

        @Override
        public @Nullable String get(@Nullable UnaryOperator<String> headers, String key) {
            String value = headers == null ? "" : headers.apply(key);
            return value.isEmpty() ? null : value;
        }
    };

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final Clock clock;

    private OpenTelemetryTracing(SdkTracerProvider provider, Clock clock) {
        this.provider = provider;
        this.tracer = provider.get("k8s.io/apiserver");
        this.clock = clock;
    }

    /**
     * Connects when there is something to send.
     *
     * @param instance by which servers are told apart
     */
    public static Tracing open(TracingConfiguration configuration, String instance, Clock clock) {
        ExportLog.capture();
        OtlpGrpcSpanExporter exporter = OtlpGrpcSpanExporter.builder()
                .setComponentLoader(new ChannelSender.Loader(configuration.endpoint()))
                .build();
        int rate = configuration.samplingRatePerMillion();
        Sampler unasked = rate == 0 ? Sampler.alwaysOff() : Sampler.traceIdRatioBased(rate / 1e6);
        return new OpenTelemetryTracing(
                SdkTracerProvider.builder()
                        .setSampler(Sampler.parentBased(unasked))
                        .setResource(Resource.builder()
                                .put("service.name", "apiserver")
                                .put("service.instance.id", instance)
                                .build())
                        .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                        .build(),
                clock);
    }

    @Override
    public boolean isOn() {
        return true;
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // closed with the request's work
    public Request begin(Incoming incoming) {
        Context said = W3CTraceContextPropagator.getInstance().extract(Context.root(), incoming.headers(), HEADERS);
        SpanBuilder builder = tracer.spanBuilder(name(incoming))
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(incoming.received())
                .setAttribute("http.request.method", incoming.method())
                .setAttribute("http.target", incoming.uri())
                .setAttribute("url.path", incoming.path())
                .setAttribute("url.scheme", "https")
                .setAttribute("client.address", address(incoming.client()))
                .setAttribute("user_agent.original", incoming.headers().apply("user-agent"))
                .setAttribute("audit-id", incoming.auditId());
        if (BELIEVED.stream().anyMatch(incoming.user()::isIn)) {
            builder.setParent(said);
        } else {
            builder.setNoParent();
            if (Span.fromContext(said).getSpanContext().isValid()) {
                builder.addLink(Span.fromContext(said).getSpanContext());
            }
        }
        Span span = builder.startSpan();
        Context context = span.storeInContext(Context.root());
        if (span.isRecording()) {
            tracer.spanBuilder("authentication")
                    .setParent(context)
                    .setStartTimestamp(incoming.received())
                    .startSpan()
                    .end();
        }
        return new Running(span, context.makeCurrent());
    }

    private static String address(SocketAddress client) {
        return client instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "";
    }

    /** As Kubernetes names them: by method and route, and what is no resource by its method alone. */
    private static String name(Incoming incoming) {
        Attributes asked = incoming.asked();
        if (!asked.isResource()) {
            return incoming.method();
        }
        StringBuilder name = new StringBuilder(incoming.method())
                .append(asked.group().isEmpty() ? " /api" : " /apis/" + asked.group())
                .append('/')
                .append(asked.version());
        // To Kubernetes a namespace lies in itself.
        boolean isNamespace = asked.group().isEmpty() && asked.resource().equals("namespaces");
        if (!asked.namespace().isEmpty() || (isNamespace && !asked.name().isEmpty())) {
            name.append("/namespaces/{:namespace}");
        }
        name.append('/').append(asked.resource());
        if (!asked.name().isEmpty()) {
            name.append("/{:name}");
        }
        if (!asked.subresource().isEmpty()) {
            name.append('/').append(asked.subresource());
        }
        return name.toString();
    }

    private record Running(Span span, Scope scope) implements Request {
        @Override
        public void end(int code, long bytes) {
            span.setAttribute(STATUS_CODE, (long) code).setAttribute(BODY_SIZE, bytes);
            if (code >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    @Override
    public Work start(String name) {
        return recording() ? begun(tracer.spanBuilder(name)) : Work.UNTOLD;
    }

    @Override
    public Work start(String name, String attribute, String value) {
        return recording() ? begun(tracer.spanBuilder(name).setAttribute(attribute, value)) : Work.UNTOLD;
    }

    private static boolean recording() {
        return Span.current().getSpanContext().isSampled();
    }

    @SuppressWarnings("MustBeClosedChecker") // closed with the work
    private static Work begun(SpanBuilder builder) {
        Span span = builder.startSpan();
        Scope scope = span.makeCurrent();
        return () -> {
            scope.close();
            span.end();
        };
    }

    @Override
    public String traceparent() {
        SpanContext current = Span.current().getSpanContext();
        return current.isSampled()
                ? "00-" + current.getTraceId() + "-" + current.getSpanId() + "-"
                        + current.getTraceFlags().asHex()
                : "";
    }

    @Override
    public <T> Callable<T> carried(Callable<T> work) {
        return Context.current().wrap(work);
    }

    @Override
    public void failed(RuntimeException failure) {
        Span.current().recordException(failure).setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
    }

    @Override
    public void close() {
        provider.shutdown().join(CLOSING_SECONDS, TimeUnit.SECONDS);
    }
}
