package io.flotilla.machinery.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.proto.cluster.ClusterGrpc;
import io.flotilla.proto.cluster.CreateRequest;
import io.flotilla.proto.cluster.DeleteCollectionRequest;
import io.flotilla.proto.cluster.DeleteRequest;
import io.flotilla.proto.cluster.Form;
import io.flotilla.proto.cluster.GetRequest;
import io.flotilla.proto.cluster.ListReply;
import io.flotilla.proto.cluster.ListRequest;
import io.flotilla.proto.cluster.ObjectReply;
import io.flotilla.proto.cluster.PatchRequest;
import io.flotilla.proto.cluster.Resource;
import io.flotilla.proto.cluster.UpdateRequest;
import io.flotilla.proto.cluster.WatchRequest;
import io.flotilla.proto.cluster.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class GrpcResourceClient<T extends HasMetadata> implements ResourceClient<T> {
    private final ResourceType<T> type;
    private final Calls calls;
    private final @Nullable Fence fence;
    private final Form form;

    GrpcResourceClient(ResourceType<T> type, Calls calls, @Nullable Fence fence) {
        this.type = type;
        this.calls = calls;
        this.fence = fence;
        this.form = type.objectClass() == PartialObjectMetadata.class ? Form.METADATA : Form.FULL;
    }

    @Override
    public ResourceType<T> type() {
        return type;
    }

    @Override
    public T get(ObjectKey key) {
        return object(calls.read(
                ClusterGrpc.getGetMethod(),
                GetRequest.newBuilder().setResource(at(key, "")).setForm(form).build()));
    }

    @Override
    public ObjectList<T> list(ListOptions options) {
        ListReply reply = calls.read(
                ClusterGrpc.getListMethod(),
                ListRequest.newBuilder()
                        .setResource(at(new ObjectKey(options.namespace(), ""), ""))
                        .setLabelSelector(options.labelSelector())
                        .setFieldSelector(options.fieldSelector())
                        .setResourceVersion(options.resourceVersion())
                        .setForm(form)
                        .build());
        List<T> items = new ArrayList<>(reply.getItemsCount());
        for (ByteString item : reply.getItemsList()) {
            items.add(read(item));
        }
        return new ObjectList<>(items, reply.getResourceVersion());
    }

    @Override
    public WatchStream<T> watch(WatchOptions options) {
        ListOptions selection = options.selection();
        WatchRequest request = WatchRequest.newBuilder()
                .setResource(at(new ObjectKey(selection.namespace(), ""), ""))
                .setLabelSelector(selection.labelSelector())
                .setFieldSelector(selection.fieldSelector())
                .setResourceVersion(selection.resourceVersion())
                .setAllowBookmarks(true)
                .setSendInitialEvents(options.sendInitialEvents())
                .setForm(form)
                .build();
        return GrpcWatchStream.open(calls.pool(), request, type.objectClass());
    }

    @Override
    public T create(T object) {
        ObjectKey key = key(object);
        return object(calls.write(
                ClusterGrpc.getCreateMethod(),
                CreateRequest.newBuilder()
                        .setResource(at(new ObjectKey(key.namespace(), ""), ""))
                        .setObject(write(object))
                        .setOptions(options())
                        .build()));
    }

    @Override
    public T update(T object) {
        return put(key(object), "", object);
    }

    @Override
    public T updateStatus(T object) {
        return put(key(object), "status", object);
    }

    @Override
    public T put(ObjectKey key, String subresource, T object) {
        return object(calls.write(
                ClusterGrpc.getUpdateMethod(),
                UpdateRequest.newBuilder()
                        .setResource(at(key, subresource))
                        .setObject(write(object))
                        .setOptions(options())
                        .build()));
    }

    @Override
    public T patch(ObjectKey key, Patch patch) {
        return patch(key, "", patch);
    }

    @Override
    public T patch(ObjectKey key, String subresource, Patch patch) {
        return object(calls.write(
                ClusterGrpc.getPatchMethod(),
                PatchRequest.newBuilder()
                        .setResource(at(key, subresource))
                        .setPatch(UnsafeByteOperations.unsafeWrap(patch.body()))
                        .setContentType(patch.contentType())
                        .setForce(patch.force())
                        .setOptions(options().toBuilder().setFieldManager(patch.fieldManager()))
                        .build()));
    }

    @Override
    public void delete(ObjectKey key) {
        delete(key, new DeleteOptions());
    }

    @Override
    public void delete(ObjectKey key, DeleteOptions options) {
        DeleteRequest.Builder request =
                DeleteRequest.newBuilder().setResource(at(key, "")).setOptions(write(options));
        if (fence != null) {
            request.setFence(wire(fence));
        }
        calls.write(ClusterGrpc.getDeleteMethod(), request.build());
    }

    @Override
    public void deleteCollection(ListOptions options, DeleteOptions deleteOptions) {
        DeleteCollectionRequest.Builder request = DeleteCollectionRequest.newBuilder()
                .setResource(at(new ObjectKey(options.namespace(), ""), ""))
                .setLabelSelector(options.labelSelector())
                .setFieldSelector(options.fieldSelector())
                .setOptions(write(deleteOptions));
        if (fence != null) {
            request.setFence(wire(fence));
        }
        calls.write(ClusterGrpc.getDeleteCollectionMethod(), request.build());
    }

    @Override
    public byte[] post(ObjectKey key, String subresource, Object body) {
        return calls.write(
                        ClusterGrpc.getCreateMethod(),
                        CreateRequest.newBuilder()
                                .setResource(at(key, subresource))
                                .setObject(write(body))
                                .setOptions(options())
                                .build())
                .getObject()
                .toByteArray();
    }

    private T object(ObjectReply reply) {
        return read(reply.getObject());
    }

    private T read(ByteString json) {
        return ObjectJson.read(json.toByteArray(), type.objectClass());
    }

    private static ByteString write(Object object) {
        return UnsafeByteOperations.unsafeWrap(ObjectJson.write(object));
    }

    private ObjectKey key(T object) {
        String namespace = object.getMetadata().getNamespace();
        String name = object.getMetadata().getName();
        return new ObjectKey(namespace == null ? "" : namespace, name == null ? "" : name);
    }

    private Resource at(ObjectKey key, String subresource) {
        return Resource.newBuilder()
                .setGroup(type.group())
                .setVersion(type.version())
                .setResource(type.resource())
                .setNamespace(key.namespace())
                .setName(key.name())
                .setSubresource(subresource)
                .build();
    }

    private WriteOptions options() {
        return fence == null
                ? WriteOptions.getDefaultInstance()
                : WriteOptions.newBuilder().setFence(wire(fence)).build();
    }

    private static io.flotilla.proto.cluster.Fence wire(Fence fence) {
        return io.flotilla.proto.cluster.Fence.newBuilder()
                .setNamespace(fence.namespace())
                .setName(fence.name())
                .setHolder(fence.holder())
                .setTerm(fence.term())
                .build();
    }
}
