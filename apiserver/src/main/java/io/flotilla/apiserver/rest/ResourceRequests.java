package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.authz.Attributes;
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
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.Encoding;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.CustomResource;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.SubresourceInfo;
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
import java.util.function.Predicate;

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
        boolean watch = isWatch(exchange, path, target);
        checkMethod(exchange.method(), target, watch, custom.isPresent());
        Negotiation.Accepted accepted = accepted(exchange, target, custom.isPresent(), watch);
        custom.ifPresent(each -> checkCustom(exchange, caller, each));
        schema.deprecation(target.resource()).ifPresent(each -> {
            caller.warn().accept(each.warning());
            metrics.deprecated(target.resource(), target.subresource(), each);
        });
        boolean collection = path.name().isEmpty();
        switch (exchange.method()) {
            case "GET", "HEAD" -> {
                if (watch) {
                    watch(exchange, caller, target, accepted);
                } else {
                    read(exchange, caller, target, accepted);
                }
            }
            case "POST" ->
                answer(
                        exchange,
                        accepted,
                        api.writes().create(caller, target, body(exchange), Options.create(exchange.query())));
            case "PUT" -> {
                answer(
                        exchange,
                        accepted,
                        api.writes().update(caller, target, body(exchange), Options.update(exchange.query())));
            }
            case "PATCH" -> {
                patch(exchange, caller, target, accepted);
            }
            case "DELETE" -> {
                DeleteOptions options = deleteOptions(exchange);
                if (collection) {
                    Listing listing = api.listToDelete(
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

    private static void checkMethod(String method, Target target, boolean watch, boolean custom) {
        boolean named = !target.name().isEmpty();
        boolean placed = !target.resource().namespaced() || !target.namespace().isEmpty();
        String verb = switch (method) {
            case "GET", "HEAD" -> watch ? "watch" : named ? "get" : "list";
            case "POST" -> (named && target.subresource().isEmpty()) || !placed ? "" : "create";
            case "PUT" -> named ? "update" : "";
            case "PATCH" -> named ? "patch" : "";
            case "DELETE" -> named ? "delete" : placed ? "deletecollection" : "";
            default -> "";
        };
        boolean known =
                target.subresource().isEmpty() ? target.resource().verbs().contains(verb) : !verb.isEmpty();
        if (!known) {
            throw custom
                    ? StatusException.methodNotSupported(target.resource(), method.toLowerCase(Locale.ROOT))
                    : StatusException.methodNotAllowed();
        }
    }

    /**
     * What the client accepts. Documents of YAML have no frames, so that a watch cannot be one; custom resources have no
     * protobuf form; and what is only ever sent has no table.
     */
    private Negotiation.Accepted accepted(Exchange exchange, Target target, boolean custom, boolean watch) {
        boolean table = hasTable(target);
        Predicate<Negotiation.Accepted> possible = each -> switch (each.form()) {
            case OBJECT -> !(custom && each.encoding() == Encoding.PROTOBUF);
            case TABLE -> table;
            case METADATA -> true;
        };
        return negotiation
                .accept(
                        exchange.header("accept"),
                        watch ? possible.and(each -> each.encoding() != Encoding.YAML) : possible)
                .orElseThrow(() -> StatusException.notAcceptable(Encoding.MEDIA_TYPES.stream()
                        .filter(each -> !custom || !each.equals(Encoding.PROTOBUF.mediaType()))
                        .filter(each -> !watch || !each.equals(Encoding.YAML.mediaType()))
                        .map(each -> watch ? each + ";stream=watch" : each)
                        .toList()));
    }

    /** Reviews, bindings and the like are not looked at in tables. */
    private boolean hasTable(Target target) {
        if (target.subresource().isEmpty()) {
            return target.resource().verbs().contains("get");
        }
        SubresourceInfo shown = schema.subresources(target.resource()).get(target.subresource());
        return shown == null
                || shown.kind().equals(target.resource().kind())
                || shown.kind().equals("Scale");
    }

    private static boolean isWatch(Exchange exchange, ResourcePath path, Target target) {
        return exchange.method().equals("GET")
                && target.subresource().isEmpty()
                && (path.watch() || exchange.query().flag("watch"));
    }

    private void read(Exchange exchange, Caller caller, Target target, Negotiation.Accepted accepted) {
        if (!target.name().isEmpty()) {
            Answer answer = api.get(caller, target, exchange.query().get("resourceVersion"));
            boolean asTable = accepted.form() == Negotiation.Form.TABLE
                    && (target.subresource().isEmpty() || isScale(target));
            answer(
                    exchange,
                    accepted,
                    asTable && answer instanceof Answer.Made(int code, ObjectNode object)
                            ? new Answer.Made(code, made(exchange, target, List.of(object), accepted))
                            : answer);
        } else if (Registry.isStored(target.resource())
                || schema.custom(target.resource()).isPresent()) {
            list(exchange, caller, target, accepted);
        } else {
            answer(
                    exchange,
                    accepted,
                    new Answer.Made(
                            200,
                            made(
                                    exchange,
                                    target,
                                    api.listMade(caller, target, Options.list(exchange.query())),
                                    accepted)));
        }
    }

    private ObjectNode made(Exchange exchange, Target target, List<ObjectNode> objects, Negotiation.Accepted accepted) {
        ResourceInfo shown =
                isScale(target) && schema.custom(target.resource()).isEmpty() ? Tables.SCALES : target.resource();
        return representations.made(shown, objects, accepted, rows(exchange, accepted));
    }

    private static boolean isScale(Target target) {
        return target.subresource().equals("scale");
    }

    /** A Status in the encoding that the client accepts; in JSON for those who accept nothing that we have. */
    void fail(Exchange exchange, StatusException failure) {
        Encoding encoding = negotiation
                .accept(exchange.header("accept"))
                .map(Negotiation.Accepted::encoding)
                .orElse(Encoding.JSON);
        if (encoding == Encoding.JSON) {
            RestHandler.fail(exchange, failure);
            return;
        }
        RestHandler.addHeaders(exchange, failure);
        exchange.addHeader("content-type", encoding.mediaType());
        exchange.respond(
                failure.code(), Unpooled.wrappedBuffer(representations.encode(failure.toStatus(), encoding, false)));
    }

    private void list(Exchange exchange, Caller caller, Target target, Negotiation.Accepted accepted) {
        Listing listing = api.list(caller, target, Options.list(exchange.query()));
        TableForm.Include rows = rows(exchange, accepted);
        exchange.addHeader("content-type", accepted.encoding().mediaType());
        PiecewiseBody body = body(exchange, listing, accepted, rows);
        if (!body.exceeds(Gzip.THRESHOLD)) {
            exchange.respond(200, Unpooled.wrappedBuffer(body.whole()));
            return;
        }
        new ListStream(exchange, body, Gzip.isWanted(exchange)).start();
    }

    private PiecewiseBody body(
            Exchange exchange, Listing listing, Negotiation.Accepted accepted, TableForm.Include rows) {
        if (accepted.encoding() == Encoding.PROTOBUF) {
            return representations.protobufList(listing, accepted);
        }
        ListBody json = representations.jsonList(listing, accepted, rows);
        return accepted.encoding() == Encoding.YAML ? json.yaml() : exchange.pretty() ? json.indented() : json;
    }

    private void watch(Exchange exchange, Caller caller, Target target, Negotiation.Accepted accepted) {
        Query query = exchange.query();
        long timeout = Options.number(query, "timeoutSeconds");
        long seconds = timeout > 0
                ? timeout
                : MIN_WATCH_SECONDS + ThreadLocalRandom.current().nextInt(MIN_WATCH_SECONDS);
        Attributes asked = target.attributes("watch");
        WatchStream stream =
                new WatchStream(exchange, seconds, metrics.watchEvents(asked), metrics.watchEventSizes(asked));
        ServedVersion version = api.served(target.resource(), "watch");
        if (watchForms.size() > MOST_WATCH_FORMS) {
            // Those of custom resources that are no longer served would stay for ever.
            watchForms.clear();
        }
        RestWatchForm form = watchForms.computeIfAbsent(
                new RestWatchForm.Key(version, accepted, rows(exchange, accepted)),
                key -> new RestWatchForm(key, representations));
        boolean text = accepted.encoding() == Encoding.JSON;
        long start = System.nanoTime();
        Watcher<RestFrame> watcher;
        try {
            watcher = api.watch(caller, target, Options.list(query), form, stream::wake);
        } catch (StatusException e) {
            if (e.code() != 410) {
                throw e;
            }
            // Told as an event, as by a watch that had begun.
            if (WebSocketUpgrade.isAsked(exchange)) {
                WebSocketWatch.tell(exchange, text, form.error(e.toStatus()));
                return;
            }
            exchange.addHeader("content-type", accepted.encoding().mediaType());
            exchange.respond(200, Unpooled.wrappedBuffer(form.error(e.toStatus())));
            return;
        }
        watcher.onInitialEnd(() -> metrics.listed(asked, System.nanoTime() - start));
        if (WebSocketUpgrade.isAsked(exchange)) {
            stream.startWebSocket(watcher, text);
            return;
        }
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
                                Options.patch(exchange.query(), type)));
    }

    private void answer(Exchange exchange, Negotiation.Accepted accepted, Answer answer) {
        boolean pretty = exchange.pretty();
        byte[] bytes = switch (answer) {
            case Answer.Made made -> representations.encode(made.object(), accepted.encoding(), pretty);
            case Answer.Stored stored -> {
                byte[] plain =
                        representations.object(stored.version(), stored.object(), accepted, rows(exchange, accepted));
                yield pretty && accepted.encoding() == Encoding.JSON
                        ? JsonCodec.encodePretty(StoredForm.parse(plain))
                        : plain;
            }
        };
        exchange.addHeader("content-type", accepted.encoding().mediaType());
        Gzip.respond(
                exchange,
                answer.code(),
                accepted.encoding() == Encoding.JSON
                        ? Unpooled.wrappedBuffer(bytes, NEWLINE)
                        : Unpooled.wrappedBuffer(bytes));
    }

    private static TableForm.Include rows(Exchange exchange, Negotiation.Accepted accepted) {
        String asked = exchange.query().get("includeObject");
        return switch (asked) {
            case "None" -> TableForm.Include.NONE;
            case "Object" -> TableForm.Include.OBJECT;
            case "", "Metadata" -> TableForm.Include.METADATA;
            default -> {
                if (accepted.form() == Negotiation.Form.TABLE) {
                    throw StatusException.badRequest(
                            "Unable to convert to Table as requested: includeObject: Invalid value: "
                                    + Quoting.quote(asked)
                                    + ": must be 'Metadata', 'Object', 'None', or empty");
                }
                yield TableForm.Include.METADATA;
            }
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

    /** A deletion's options stand in its body; those in the query count only where there is none. */
    private DeleteOptions deleteOptions(Exchange exchange) {
        DeleteOptions inQuery = Options.delete(exchange.query());
        if (exchange.body().bytes().length == 0) {
            return inQuery;
        }
        DeleteOptions inBody = api.writes().deleteOptions(body(exchange));
        return inQuery.dryRun() ? inBody.withDryRun() : inBody;
    }
}
