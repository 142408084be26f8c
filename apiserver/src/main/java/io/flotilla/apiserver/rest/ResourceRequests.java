package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.cache.Watcher;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.metrics.RequestMetrics;
import io.flotilla.apiserver.pipeline.Answer;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.pipeline.Body;
import io.flotilla.apiserver.pipeline.Caller;
import io.flotilla.apiserver.pipeline.ListQuery;
import io.flotilla.apiserver.pipeline.Listing;
import io.flotilla.apiserver.pipeline.PatchType;
import io.flotilla.apiserver.pipeline.Target;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.Encoding;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.CustomResource;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.table.TableForm;
import io.flotilla.apiserver.table.Tables;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Requests for resources: from path, query and headers to the pipeline's calls, and their answers. */
public final class ResourceRequests {
    private static final int MIN_WATCH_SECONDS = 1_800;
    private static final int MOST_WATCH_FORMS = 1_000;
    private static final byte[] NEWLINE = {'\n'};

    private final Schema schema;
    private final Api api;
    private final Negotiation negotiation = new Negotiation();
    private final Map<RestWatchForm.Key, RestWatchForm> watchForms = new ConcurrentHashMap<>();
    private final Representations representations;
    private final PodStreams streams;
    private final ProxyRequests proxy;
    private final RequestMetrics metrics;

    public ResourceRequests(
            Schema schema, Api api, Tables tables, PodStreams streams, ProxyRequests proxy, RequestMetrics metrics) {
        this.proxy = proxy;
        this.metrics = metrics;
        this.streams = streams;
        this.schema = schema;
        this.api = api;
        this.representations = new Representations(schema, tables);
    }

    /** Custom resources have no protobuf form, and nothing says how their lists would be merged. */
    private static final List<String> CUSTOM_BODIES = List.of(Encoding.JSON.mediaType(), Encoding.YAML.mediaType());

    private static final List<String> CUSTOM_PATCHES =
            List.of(PatchType.JSON.mediaType(), PatchType.MERGE.mediaType(), PatchType.APPLY.mediaType());

    /** Whether the path names a resource that is served. */
    boolean serves(ResourcePath path) {
        return schema.resource(path.group(), path.version(), path.resource())
                .filter(resource -> fits(path, resource))
                .isPresent();
    }

    /** Returns false if the path names no resource that is served. */
    boolean handle(Exchange exchange, ResourcePath path, Caller caller) {
        Optional<ResourceInfo> resource = schema.resource(path.group(), path.version(), path.resource());
        if (resource.isEmpty() || !fits(path, resource.get())) {
            return false;
        }
        Target target = new Target(resource.get(), path.namespace(), path.name(), path.subresource());
        if (PodStreams.handles(target)) {
            streams.handle(exchange, caller, target);
            return true;
        }
        if (ProxyRequests.handles(target)) {
            proxy.handle(exchange, caller, target);
            return true;
        }
        Optional<CustomResource> custom = schema.custom(target.resource());
        Negotiation.Accepted accepted = custom.isEmpty()
                ? negotiation.accept(exchange.header("accept"))
                : negotiation.acceptCustom(exchange.header("accept"));
        custom.ifPresent(each -> checkCustom(exchange, caller, each));
        boolean collection = path.name().isEmpty();
        switch (exchange.method()) {
            case "GET", "HEAD" -> read(exchange, path, caller, target, accepted);
            case "POST" ->
                answer(exchange, accepted, api.writes().create(caller, target, body(exchange), writeOptions(exchange)));
            case "PUT" -> {
                named(target, "update");
                answer(exchange, accepted, api.writes().update(caller, target, body(exchange), writeOptions(exchange)));
            }
            case "PATCH" -> {
                named(target, "patch");
                patch(exchange, caller, target, accepted);
            }
            case "DELETE" -> {
                DeleteOptions options = deleteOptions(exchange);
                if (collection) {
                    Listing listing = api.list(
                            caller,
                            target,
                            ListQuery.selecting(
                                    exchange.query().get("labelSelector"),
                                    exchange.query().get("fieldSelector")));
                    RestHandler.json(
                            exchange, 200, api.writes().deleteAll(caller, target, listing, options, Optional.empty()));
                } else {
                    answer(exchange, accepted, api.writes().delete(caller, target, options, Optional.empty()));
                }
            }
            default ->
                throw StatusException.methodNotSupported(
                        target.resource(), exchange.method().toLowerCase(Locale.ROOT));
        }
        return true;
    }

    private static void checkCustom(Exchange exchange, Caller caller, CustomResource resource) {
        if (!resource.deprecationWarning().isEmpty()) {
            caller.warn().accept(resource.deprecationWarning());
        }
        String mediaType = mediaType(exchange);
        switch (exchange.method()) {
            case "PATCH" -> {
                if (!CUSTOM_PATCHES.contains(mediaType)) {
                    throw StatusException.unsupportedMediaType(CUSTOM_PATCHES);
                }
            }
            case "POST", "PUT" -> {
                if (mediaType.equals(Encoding.PROTOBUF.mediaType())) {
                    throw StatusException.unsupportedMediaType(CUSTOM_BODIES);
                }
            }
            default -> {}
        }
    }

    /** A namespaced resource is never named without its namespace, a cluster-scoped one never with one. */
    private static boolean fits(ResourcePath path, ResourceInfo resource) {
        if (!path.subresource().isEmpty() && !resource.subresources().contains(path.subresource())) {
            return false;
        }
        if (resource.namespaced()) {
            return !path.namespace().isEmpty() || path.name().isEmpty();
        }
        return path.namespace().isEmpty();
    }

    private static void named(Target target, String verb) {
        if (target.name().isEmpty()) {
            throw StatusException.methodNotSupported(target.resource(), verb);
        }
    }

    private void read(
            Exchange exchange, ResourcePath path, Caller caller, Target target, Negotiation.Accepted accepted) {
        Query query = exchange.query();
        boolean watch = path.watch() || query.flag("watch");
        if (watch && target.subresource().isEmpty()) {
            watch(exchange, caller, target, accepted);
        } else if (target.name().isEmpty()) {
            list(exchange, caller, target, accepted);
        } else {
            answer(exchange, accepted, api.get(caller, target, query.get("resourceVersion")));
        }
    }

    private void list(Exchange exchange, Caller caller, Target target, Negotiation.Accepted accepted) {
        Listing listing = api.list(caller, target, listQuery(exchange.query()));
        TableForm.Include rows = rows(exchange);
        exchange.addHeader("content-type", accepted.encoding().mediaType());
        if (accepted.encoding() != Encoding.JSON || exchange.query().flag("pretty")) {
            byte[] whole = accepted.encoding() == Encoding.JSON
                    ? JsonCodec.encodePretty(StoredForm.parse(
                            representations.jsonList(listing, accepted, rows).whole()))
                    : representations.list(listing, accepted, rows);
            exchange.respond(200, Unpooled.wrappedBuffer(whole));
            return;
        }
        ListBody body = representations.jsonList(listing, accepted, rows);
        if (body.size() <= Gzip.THRESHOLD) {
            exchange.respond(200, Unpooled.wrappedBuffer(body.whole()));
            return;
        }
        boolean gzip = exchange.header("accept-encoding").contains("gzip");
        if (gzip) {
            exchange.addHeader("content-encoding", "gzip");
            exchange.addHeader("vary", "Accept-Encoding");
        }
        new ListStream(exchange, body, gzip).start();
    }

    private void watch(Exchange exchange, Caller caller, Target target, Negotiation.Accepted accepted) {
        Query query = exchange.query();
        long timeout = number(query, "timeoutSeconds");
        long seconds = timeout > 0
                ? timeout
                : MIN_WATCH_SECONDS + ThreadLocalRandom.current().nextInt(MIN_WATCH_SECONDS);
        WatchStream stream = new WatchStream(exchange, seconds, metrics.watchEvents(target.attributes("watch")));
        ServedVersion version = api.served(target.resource(), "watch");
        if (watchForms.size() > MOST_WATCH_FORMS) {
            // Those of custom resources that are no longer served would stay for ever.
            watchForms.clear();
        }
        RestWatchForm form = watchForms.computeIfAbsent(
                new RestWatchForm.Key(version, accepted, rows(exchange)),
                key -> new RestWatchForm(key, representations));
        Watcher<RestFrame> watcher = api.watch(caller, target, listQuery(query), form, stream::wake);
        exchange.addHeader(
                "content-type",
                accepted.encoding() == Encoding.PROTOBUF
                        ? accepted.encoding().mediaType() + ";stream=watch"
                        : accepted.encoding().mediaType());
        stream.start(watcher);
    }

    private void patch(Exchange exchange, Caller caller, Target target, Negotiation.Accepted accepted) {
        String mediaType = mediaType(exchange);
        PatchType type = null;
        List<String> known = new ArrayList<>();
        for (PatchType each : PatchType.values()) {
            known.add(each.mediaType());
            if (each.mediaType().equals(mediaType)) {
                type = each;
            }
        }
        if (type == null) {
            throw StatusException.unsupportedMediaType(known);
        }
        answer(
                exchange,
                accepted,
                api.writes()
                        .patch(
                                caller,
                                target,
                                type,
                                exchange.body().bytes(),
                                exchange.query().flag("force"),
                                writeOptions(exchange)));
    }

    private void answer(Exchange exchange, Negotiation.Accepted accepted, Answer answer) {
        boolean pretty = exchange.query().flag("pretty");
        byte[] bytes = switch (answer) {
            case Answer.Made made -> representations.encode(made.object(), accepted.encoding(), pretty);
            case Answer.Stored stored -> {
                byte[] plain = representations.object(stored.version(), stored.object(), accepted, rows(exchange));
                yield pretty && accepted.encoding() == Encoding.JSON
                        ? JsonCodec.encodePretty(StoredForm.parse(plain))
                        : plain;
            }
        };
        exchange.addHeader("content-type", accepted.encoding().mediaType());
        exchange.respond(
                answer.code(),
                accepted.encoding() == Encoding.JSON
                        ? Unpooled.wrappedBuffer(bytes, NEWLINE)
                        : Unpooled.wrappedBuffer(bytes));
    }

    private static TableForm.Include rows(Exchange exchange) {
        return switch (exchange.query().get("includeObject")) {
            case "None" -> TableForm.Include.NONE;
            case "Object" -> TableForm.Include.OBJECT;
            default -> TableForm.Include.METADATA;
        };
    }

    private static Body body(Exchange exchange) {
        String mediaType = mediaType(exchange);
        Encoding encoding = mediaType.isEmpty()
                ? Encoding.JSON
                : Encoding.of(mediaType).orElseThrow(() -> StatusException.unsupportedMediaType(Encoding.MEDIA_TYPES));
        return new Body(exchange.body().bytes(), encoding);
    }

    private static String mediaType(Exchange exchange) {
        String header = exchange.header("content-type");
        int semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    private static ListQuery listQuery(Query query) {
        return new ListQuery(
                query.get("labelSelector"),
                query.get("fieldSelector"),
                query.get("resourceVersion"),
                query.get("resourceVersionMatch"),
                number(query, "limit"),
                query.get("continue"),
                query.flag("allowWatchBookmarks"),
                query.flag("sendInitialEvents"));
    }

    private static long number(Query query, String name) {
        String text = query.get(name);
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw StatusException.badRequest("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }

    private static WriteOptions writeOptions(Exchange exchange) {
        Query query = exchange.query();
        String validation = query.get("fieldValidation");
        WriteOptions.FieldValidation fieldValidation = switch (validation) {
            case "", "Warn" -> WriteOptions.FieldValidation.WARN;
            case "Ignore" -> WriteOptions.FieldValidation.IGNORE;
            case "Strict" -> WriteOptions.FieldValidation.STRICT;
            default ->
                throw invalidOption(
                        FieldError.notSupported("fieldValidation", validation, List.of("Ignore", "Strict", "Warn")));
        };
        return new WriteOptions(dryRun(query), query.get("fieldManager"), fieldValidation, Optional.empty());
    }

    private static boolean dryRun(Query query) {
        for (String each : query.all("dryRun")) {
            if (!each.equals("All") && !each.isEmpty()) {
                throw invalidOption(FieldError.notSupported("dryRun", each, List.of("All")));
            }
        }
        return query.all("dryRun").contains("All");
    }

    private static StatusException invalidOption(FieldError error) {
        return StatusException.invalid("meta.k8s.io", "CreateOptions", "", List.of(error));
    }

    private DeleteOptions deleteOptions(Exchange exchange) {
        Query query = exchange.query();
        DeleteOptions options = exchange.body().bytes().length == 0
                ? DeleteOptions.of(queryOptions(query))
                : api.writes().deleteOptions(body(exchange));
        return dryRun(query) ? options.withDryRun() : options;
    }

    private static ObjectNode queryOptions(Query query) {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        if (query.has("gracePeriodSeconds")) {
            options.put("gracePeriodSeconds", number(query, "gracePeriodSeconds"));
        }
        if (query.has("propagationPolicy")) {
            options.put("propagationPolicy", query.get("propagationPolicy"));
        }
        if (query.has("orphanDependents")) {
            options.put("orphanDependents", query.flag("orphanDependents"));
        }
        return options;
    }
}
