package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.authn.Authenticator;
import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.extension.aggregation.ApiService;
import io.flotilla.apiserver.flowcontrol.Admission;
import io.flotilla.apiserver.flowcontrol.OverloadException;
import io.flotilla.apiserver.flowcontrol.Ticket;
import io.flotilla.apiserver.flowcontrol.Weights;
import io.flotilla.apiserver.metrics.RequestMetrics;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.pipeline.Caller;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.tracing.Tracing;
import io.flotilla.machinery.component.Durations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.TypeConversionException;

/**
 * Answers requests, each on a virtual thread of its own: who asks, whether the path is a resource or a document, and what
 * becomes of failures. What a watch sends later needs no thread.
 */
public final class RestHandler implements RequestSink {
    private static final Logger LOG = LoggerFactory.getLogger(RestHandler.class);
    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT");
    private static final byte[] NEWLINE = {'\n'};

    private final Authenticator authenticator;
    private final Api api;
    private final Impersonation impersonation;
    private final AggregatedRequests aggregated;
    private final ResourceRequests resources;
    private final Documents documents;
    private final Admission admission;
    private final Weights weights;
    private final RequestMetrics metrics;
    private final Tracing tracing;
    private final InFlight inFlight;
    private volatile boolean stopping;

    /** @param requestTimeout after which a request that is no watch or session is answered with a timeout */
    public RestHandler(
            Authenticator authenticator,
            Api api,
            AggregatedRequests aggregated,
            ResourceRequests resources,
            Documents documents,
            Admission admission,
            Weights weights,
            RequestMetrics metrics,
            Tracing tracing,
            Duration requestTimeout,
            ScheduledExecutorService timer) {
        this.inFlight = new InFlight(requestTimeout, timer, System::nanoTime);
        this.authenticator = authenticator;
        this.api = api;
        this.impersonation = new Impersonation(api);
        this.aggregated = aggregated;
        this.resources = resources;
        this.documents = documents;
        this.admission = admission;
        this.weights = weights;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    @Override
    public void accept(Exchange exchange) {
        inFlight.add(exchange);
        Thread.ofVirtual().name("request").start(() -> handle(exchange));
    }

    /** From now on clients are told with every answer to go elsewhere. */
    void stop() {
        stopping = true;
    }

    @Override
    public boolean isStopping() {
        return stopping;
    }

    /** Waits for the requests in flight. */
    void drain() {
        inFlight.await(DRAIN);
    }

    private void handle(Exchange exchange) {
        Instant received = tracing.now();
        try {
            String auditId = AuditIds.of(exchange.header("audit-id"));
            exchange.addHeader("audit-id", auditId);
            exchange.addHeader("cache-control", "no-cache, private");
            Optional<ResourcePath> path = ResourcePath.parse(exchange.path());
            RequestInfo info = RequestInfo.of(exchange.method(), exchange.path(), exchange.query(), path);
            measure(exchange, path, info);
            limitTime(exchange, info);
            User sender = authenticate(exchange);
            try (Tracing.Work _ = traced(exchange, info, sender, auditId, received)) {
                User user = impersonation.actsAs(exchange, sender);
                if (exchange.body().tooLarge()) {
                    throw StatusException.requestEntityTooLarge(MAX_BODY);
                }
                admitted(exchange, path, info, user);
            }
        } catch (StatusException e) {
            resources.fail(exchange, e);
        } catch (Impersonation.NobodyNamedException e) {
            text(exchange, 500, e.getMessage() + "\n");
        } catch (OverloadException e) {
            tellFlow(exchange, e.schemaUid(), e.levelUid());
            exchange.addHeader("retry-after", Integer.toString(OverloadException.RETRY_AFTER_SECONDS));
            text(exchange, 429, e.getMessage() + "\n");
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("{} {} failed", exchange.method(), exchange.path(), e);
            fail(exchange, StatusException.internal(String.valueOf(e.getMessage())));
        }
    }

    private Tracing.Work traced(Exchange exchange, RequestInfo info, User sender, String auditId, Instant received) {
        if (!tracing.isOn()) {
            return Tracing.Work.UNTOLD;
        }
        Tracing.Request request = tracing.begin(new Tracing.Incoming(
                received,
                exchange.method(),
                exchange.path(),
                exchange.uri(),
                exchange::header,
                exchange.channel().remoteAddress(),
                auditId,
                sender,
                info.attributes()));
        exchange.onEnd(() -> request.end(exchange.code(), exchange.sent()));
        return request;
    }

    /** A watch holds its ticket until it has begun; what is streamed later is paced by the client. */
    private void admitted(Exchange exchange, Optional<ResourcePath> path, RequestInfo info, User user) {
        Optional<ApiService> elsewhere = aggregated.find(exchange.path());
        boolean watch = info.attributes().verb().equals("watch");
        if (info.longRunning() && !watch) {
            serve(exchange, path, info, user, elsewhere);
            return;
        }
        try (Ticket ticket = admission.admit(user, info.attributes(), weights.of(info.attributes()))) {
            tellFlow(exchange, ticket.schemaUid(), ticket.levelUid());
            if (!watch || elsewhere.isEmpty()) {
                serve(exchange, path, info, user, elsewhere);
                return;
            }
        }
        // This thread passes it on as long as it lasts, and must not hold a ticket for that.
        serve(exchange, path, info, user, elsewhere);
    }

    private static void tellFlow(Exchange exchange, String schemaUid, String levelUid) {
        if (!schemaUid.isEmpty()) {
            exchange.addHeader("x-kubernetes-pf-flowschema-uid", schemaUid);
            exchange.addHeader("x-kubernetes-pf-prioritylevel-uid", levelUid);
        }
    }

    private void serve(
            Exchange exchange,
            Optional<ResourcePath> path,
            RequestInfo info,
            User user,
            Optional<ApiService> elsewhere) {
        if (elsewhere.isPresent()) {
            aggregated.handle(exchange, user, info, elsewhere.get());
            return;
        }
        if (path.isPresent()) {
            try (Tracing.Work _ = work(info)) {
                if (resources.handle(exchange, path.get(), caller(exchange, user))) {
                    return;
                }
            }
        }
        api.authorize(user, Attributes.ofPath(exchange.method().toLowerCase(Locale.ROOT), exchange.path()));
        documents.handle(exchange);
    }

    /** What is done, as Kubernetes names it in traces; of a watch there is only the request. */
    private Tracing.Work work(RequestInfo info) {
        return switch (info.attributes().verb()) {
            case "watch" -> Tracing.Work.UNTOLD;
            case "create" -> tracing.start("Create");
            case "update" -> tracing.start("Update");
            case "patch" -> tracing.start("Patch");
            case "delete", "deletecollection" -> tracing.start("Delete");
            case "list" -> tracing.start("List");
            default -> tracing.start("Get");
        };
    }

    /** What is not served is not counted: the number of series must not be in the hands of clients. */
    private void measure(Exchange exchange, Optional<ResourcePath> path, RequestInfo info) {
        boolean served = path.isPresent()
                ? resources.serves(path.get()) || aggregated.serves(path.get())
                : Documents.isKnown(exchange.path());
        if (served && METHODS.contains(exchange.method())) {
            RequestMetrics.Running running = metrics.begin(
                    info.attributes(),
                    exchange.method().equals("PATCH")
                            && exchange.header("content-type").startsWith("application/apply-patch"),
                    exchange.query().has("dryRun"),
                    info.longRunning());
            exchange.onEnd(() -> running.end(exchange.code(), exchange.sent()));
        }
    }

    private void limitTime(Exchange exchange, RequestInfo info) {
        if (info.longRunning()) {
            inFlight.excuse(exchange);
            return;
        }
        String timeout = exchange.query().get("timeout");
        if (!timeout.isEmpty()) {
            try {
                inFlight.hasten(exchange, Durations.parse(timeout));
            } catch (TypeConversionException e) {
                throw StatusException.badRequest(
                        "invalid timeout specified in the request URL - time: invalid duration "
                                + Quoting.quote(timeout));
            }
        }
    }

    private User authenticate(Exchange exchange) {
        Optional<User> user = authenticator.authenticate(
                exchange.peer(),
                exchange.header("authorization"),
                exchange::forEachHeader,
                warning -> warn(exchange, warning));
        if (user.isPresent()) {
            return user.get();
        }
        if (!Documents.isOpen(exchange.path())) {
            throw StatusException.unauthorized();
        }
        return User.ANONYMOUS;
    }

    private static Caller caller(Exchange exchange, User user) {
        String agent = exchange.header("user-agent");
        int slash = agent.indexOf('/');
        String program = slash < 0 ? agent : agent.substring(0, slash);
        Set<String> warnings = new HashSet<>();
        return new Caller(user, program.isEmpty() ? "unknown" : program, warning -> {
            // What is said twice is heard once.
            if (warnings.add(warning)) {
                warn(exchange, warning);
            }
        });
    }

    private static void warn(Exchange exchange, String warning) {
        exchange.addHeader("warning", "299 - " + Quoting.quote(warning));
    }

    /** Answers with a Status in JSON. */
    static void fail(Exchange exchange, StatusException failure) {
        addHeaders(exchange, failure);
        json(exchange, failure.code(), failure.toStatus());
    }

    /** Headers that go with a failure. */
    static void addHeaders(Exchange exchange, StatusException failure) {
        if (failure.code() == 401) {
            exchange.addHeader("www-authenticate", "Bearer realm=\"kubernetes-master\"");
        }
        Optional.ofNullable(failure.details())
                .filter(details -> details.retryAfterSeconds() > 0)
                .ifPresent(details -> exchange.addHeader("retry-after", Integer.toString(details.retryAfterSeconds())));
    }

    /** Answers a request whose handler has lost the right to. */
    static void overtaken(Exchange exchange, StatusException failure) {
        exchange.overtake(
                failure.code(),
                Unpooled.wrappedBuffer(JsonCodec.encode(failure.toStatus()), NEWLINE),
                "application/json");
    }

    /** Answers with a tree. */
    static void json(Exchange exchange, int code, ObjectNode object) {
        boolean pretty = exchange.pretty();
        json(exchange, code, pretty ? JsonCodec.encodePretty(object) : JsonCodec.encode(object));
    }

    /** Answers with JSON as it is. */
    static void json(Exchange exchange, int code, byte[] json) {
        exchange.addHeader("content-type", "application/json");
        exchange.respond(code, Unpooled.wrappedBuffer(json, NEWLINE));
    }

    static void text(Exchange exchange, int code, String text) {
        exchange.addHeader("content-type", "text/plain; charset=utf-8");
        exchange.addHeader("x-content-type-options", "nosniff");
        ByteBuf body = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
        exchange.respond(code, body);
    }
}
