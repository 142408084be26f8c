package io.flotilla.apiserver.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.flotilla.apiserver.authn.Authenticator;
import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.cache.Watcher;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.discovery.Discovery;
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
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.proto.cluster.ClusterGrpc;
import io.flotilla.proto.cluster.CreateRequest;
import io.flotilla.proto.cluster.DeleteCollectionRequest;
import io.flotilla.proto.cluster.DeleteRequest;
import io.flotilla.proto.cluster.DiscoverReply;
import io.flotilla.proto.cluster.DiscoverRequest;
import io.flotilla.proto.cluster.DiscoveredResource;
import io.flotilla.proto.cluster.Fence;
import io.flotilla.proto.cluster.Form;
import io.flotilla.proto.cluster.GetRequest;
import io.flotilla.proto.cluster.ListReply;
import io.flotilla.proto.cluster.ListRequest;
import io.flotilla.proto.cluster.ObjectReply;
import io.flotilla.proto.cluster.PatchRequest;
import io.flotilla.proto.cluster.Resource;
import io.flotilla.proto.cluster.UpdateRequest;
import io.flotilla.proto.cluster.WatchBatch;
import io.flotilla.proto.cluster.WatchEvent;
import io.flotilla.proto.cluster.WatchRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of the cluster API, each translated into one of the pipeline's. */
public final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterService.class);

    private final Authenticator authenticator;
    private final Schema schema;
    private final Discovery discovery;
    private final Api api;
    private final Turnstile turnstile;
    private final ScheduledExecutorService timer;
    private final Executor senders =
            task -> Thread.ofVirtual().name("grpc-watch").start(task);
    private final Map<FormKey, GrpcWatchForm> forms = new ConcurrentHashMap<>();

    private record FormKey(ServedVersion version, Form form) {}

    public ClusterService(
            Authenticator authenticator,
            Schema schema,
            Discovery discovery,
            Api api,
            Turnstile turnstile,
            ScheduledExecutorService timer) {
        this.turnstile = turnstile;
        this.discovery = discovery;
        this.authenticator = authenticator;
        this.schema = schema;
        this.api = api;
        this.timer = timer;
    }

    /** One call: who asks, and what it is to be told beside the answer. */
    private final class Call {
        private final List<String> warnings = new ArrayList<>(0);
        private final Caller caller;

        Call() {
            User user = authenticator
                    .authenticate(PeerIdentity.current(), "", _ -> {})
                    .orElseThrow(StatusException::unauthorized);
            caller = new Caller(user, program(user), warnings::add);
        }

        Caller caller() {
            return caller;
        }

        ObjectReply reply(Answer answer) {
            return reply(answer, Form.FULL);
        }

        ObjectReply reply(Answer answer, Form form) {
            return reply(
                    switch (answer) {
                        case Answer.Made made -> UnsafeByteOperations.unsafeWrap(JsonCodec.encode(made.object()));
                        case Answer.Stored stored -> GrpcWatchForm.bytes(stored.version(), stored.object(), form);
                    });
        }

        ObjectReply reply(ByteString json) {
            return ObjectReply.newBuilder()
                    .setObject(json)
                    .addAllWarnings(warnings)
                    .build();
        }
    }

    /** Field manager of a component that names none: its program. */
    private static String program(User user) {
        if (user.isIn("system:nodes")) {
            return "kubelet";
        }
        return user.name().substring(user.name().lastIndexOf(':') + 1);
    }

    /** Answers a call about a resource. */
    private <T> void answer(
            StreamObserver<T> observer, String verb, Resource resource, BiFunction<Call, Target, T> work) {
        answer(observer, call -> {
            Target target = target(resource);
            return turnstile.pass(call.caller().user(), target.attributes(verb), () -> work.apply(call, target));
        });
    }

    private <T> void answer(StreamObserver<T> observer, Function<Call, T> work) {
        try {
            observer.onNext(work.apply(new Call()));
            observer.onCompleted();
        } catch (StatusException e) {
            observer.onError(GrpcFailures.of(e));
        } catch (RuntimeException e) {
            LOG.error("a call failed", e);
            observer.onError(GrpcFailures.of(StatusException.internal(String.valueOf(e.getMessage()))));
        }
    }

    @Override
    public void get(GetRequest request, StreamObserver<ObjectReply> observer) {
        answer(
                observer,
                "get",
                request.getResource(),
                (call, target) ->
                        call.reply(api.get(call.caller(), target, request.getResourceVersion()), request.getForm()));
    }

    @Override
    public void list(ListRequest request, StreamObserver<ListReply> observer) {
        answer(observer, "list", request.getResource(), (call, target) -> {
            Listing listing = api.list(
                    call.caller(),
                    target,
                    new ListQuery(
                            request.getLabelSelector(),
                            request.getFieldSelector(),
                            request.getResourceVersion(),
                            request.getResourceVersionMatch(),
                            request.getLimit(),
                            request.getContinue(),
                            false,
                            false));
            ListReply.Builder reply = ListReply.newBuilder()
                    .setResourceVersion(Long.toString(listing.revision()))
                    .setContinue(listing.continueToken())
                    .setRemainingItemCount(listing.remaining().orElse(0));
            listing.items()
                    .forEach(item -> reply.addItems(GrpcWatchForm.bytes(listing.version(), item, request.getForm())));
            return reply.build();
        });
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchBatch> observer) {
        ServerCallStreamObserver<WatchBatch> client = (ServerCallStreamObserver<WatchBatch>) observer;
        WatchCall stream = new WatchCall(client, senders);
        try {
            Call call = new Call();
            Target target = target(request.getResource());
            ServedVersion version = api.served(target.resource(), "watch");
            ListQuery query = new ListQuery(
                    request.getLabelSelector(),
                    request.getFieldSelector(),
                    request.getResourceVersion(),
                    request.getSendInitialEvents() ? "NotOlderThan" : "",
                    0,
                    "",
                    request.getAllowBookmarks(),
                    request.getSendInitialEvents());
            GrpcWatchForm form = forms.computeIfAbsent(
                    new FormKey(version, request.getForm()), key -> new GrpcWatchForm(key.version(), key.form()));
            Attributes asked = target.attributes("watch");
            long start = System.nanoTime();
            Watcher<WatchEvent> watcher = turnstile.admitted(
                    call.caller().user(), asked, () -> api.watch(call.caller(), target, query, form, stream::wake));
            watcher.onInitialEnd(() -> turnstile.listed(asked, System.nanoTime() - start));
            stream.start(watcher, turnstile.watching(asked), request.getTimeoutSeconds(), timer);
        } catch (StatusException e) {
            observer.onError(GrpcFailures.of(e));
        } catch (RuntimeException e) {
            LOG.error("a watch failed", e);
            observer.onError(GrpcFailures.of(StatusException.internal(String.valueOf(e.getMessage()))));
        }
    }

    @Override
    public void create(CreateRequest request, StreamObserver<ObjectReply> observer) {
        answer(
                observer,
                "create",
                request.getResource(),
                (call, target) -> call.reply(api.writes()
                        .create(
                                call.caller(),
                                target,
                                Body.json(request.getObject().toByteArray()),
                                options(request.getOptions()))));
    }

    @Override
    public void update(UpdateRequest request, StreamObserver<ObjectReply> observer) {
        answer(
                observer,
                "update",
                request.getResource(),
                (call, target) -> call.reply(api.writes()
                        .update(
                                call.caller(),
                                target,
                                Body.json(request.getObject().toByteArray()),
                                options(request.getOptions()))));
    }

    @Override
    public void patch(PatchRequest request, StreamObserver<ObjectReply> observer) {
        answer(
                observer,
                "patch",
                request.getResource(),
                (call, target) -> call.reply(api.writes()
                        .patch(
                                call.caller(),
                                target,
                                patchType(request.getContentType()),
                                request.getPatch().toByteArray(),
                                request.getForce(),
                                options(request.getOptions()))));
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<ObjectReply> observer) {
        answer(
                observer,
                "delete",
                request.getResource(),
                (call, target) -> call.reply(api.writes()
                        .delete(
                                call.caller(),
                                target,
                                deleteOptions(request.getOptions()),
                                fence(request.hasFence(), request.getFence()))));
    }

    @Override
    public void deleteCollection(DeleteCollectionRequest request, StreamObserver<ObjectReply> observer) {
        answer(observer, "deletecollection", request.getResource(), (call, target) -> {
            Listing listing = api.listToDelete(
                    call.caller(), target, ListQuery.selecting(request.getLabelSelector(), request.getFieldSelector()));
            ObjectNode deleted = api.writes()
                    .deleteAll(
                            call.caller(),
                            target,
                            listing,
                            deleteOptions(request.getOptions()),
                            fence(request.hasFence(), request.getFence()));
            return call.reply(UnsafeByteOperations.unsafeWrap(JsonCodec.encode(deleted)));
        });
    }

    @Override
    public void discover(DiscoverRequest request, StreamObserver<DiscoverReply> observer) {
        answer(observer, _ -> {
            DiscoverReply.Builder reply = DiscoverReply.newBuilder();
            List<ResourceInfo> resources = new ArrayList<>(schema.resources());
            resources.addAll(schema.customResources());
            for (ResourceInfo each : resources) {
                boolean preferred = discovery.isPreferred(each.group(), each.version());
                reply.addResources(DiscoveredResource.newBuilder()
                        .setGroup(each.group())
                        .setVersion(each.version())
                        .setResource(each.resource())
                        .setKind(each.kind())
                        .setNamespaced(each.namespaced())
                        .addAllVerbs(each.verbs())
                        .setPreferredVersion(preferred));
                schema.subresources(each)
                        .values()
                        .forEach(subresource -> reply.addResources(DiscoveredResource.newBuilder()
                                .setGroup(each.group())
                                .setVersion(each.version())
                                .setResource(each.resource() + "/" + subresource.name())
                                .setKind(subresource.kind())
                                .setNamespaced(each.namespaced())
                                .addAllVerbs(subresource.verbs())
                                .setPreferredVersion(preferred)));
            }
            return reply.build();
        });
    }

    private Target target(Resource resource) {
        ResourceInfo info = schema.resource(resource.getGroup(), resource.getVersion(), resource.getResource())
                .orElseThrow(() -> schema.isComplete()
                        ? StatusException.plain(404, "the server could not find the requested resource")
                        : StatusException.notInstalledYet());
        return new Target(info, resource.getNamespace(), resource.getName(), resource.getSubresource());
    }

    private static PatchType patchType(String mediaType) {
        return Arrays.stream(PatchType.values())
                .filter(type -> type.mediaType().equals(mediaType))
                .findFirst()
                .orElseThrow(() -> StatusException.unsupportedMediaType(Arrays.stream(PatchType.values())
                        .map(PatchType::mediaType)
                        .toList()));
    }

    private static WriteOptions options(io.flotilla.proto.cluster.WriteOptions options) {
        WriteOptions.FieldValidation validation = switch (options.getFieldValidation()) {
            case "Strict" -> WriteOptions.FieldValidation.STRICT;
            case "Ignore" -> WriteOptions.FieldValidation.IGNORE;
            default -> WriteOptions.FieldValidation.WARN;
        };
        return new WriteOptions(
                options.getDryRun(),
                options.getFieldManager(),
                validation,
                fence(options.hasFence(), options.getFence()));
    }

    private static Optional<WriteOptions.LeaseFence> fence(boolean given, Fence fence) {
        return given
                ? Optional.of(new WriteOptions.LeaseFence(
                        fence.getNamespace(), fence.getName(), fence.getHolder(), fence.getTerm()))
                : Optional.empty();
    }

    private DeleteOptions deleteOptions(ByteString options) {
        return api.writes().deleteOptions(Body.json(options.toByteArray()));
    }
}
