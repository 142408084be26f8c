package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.codec.ProtobufCodec;
import io.flotilla.apiserver.codec.YamlCodec;
import io.flotilla.apiserver.pipeline.Listing;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.Encoding;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.table.TableForm;
import io.flotilla.apiserver.table.Tables;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Turns what the pipeline answers into the form and the encoding that the client accepts. */
final class Representations {
    private final Tables tables;
    private final ProtobufCodec protobuf;
    private final Schema schema;

    Representations(Schema schema, Tables tables) {
        this.schema = schema;
        this.tables = tables;
        this.protobuf = new ProtobufCodec(schema);
    }

    Tables tables() {
        return tables;
    }

    ProtobufCodec protobuf() {
        return protobuf;
    }

    /** One stored object. */
    byte[] object(ServedVersion version, CachedObject object, Negotiation.Accepted accepted, TableForm.Include rows) {
        if (accepted.isPlain()) {
            return version.encode(object).json();
        }
        return encode(tree(version, object, accepted, rows), accepted.encoding(), false);
    }

    private ObjectNode tree(
            ServedVersion version, CachedObject object, Negotiation.Accepted accepted, TableForm.Include rows) {
        return switch (accepted.form()) {
            case OBJECT -> StoredForm.parse(version.encode(object).json());
            case METADATA -> StoredForm.parse(version.metadataOnly(object, accepted.version()));
            case TABLE -> {
                ObjectNode metadata =
                        JsonNodeFactory.instance.objectNode().put("resourceVersion", Long.toString(object.revision()));
                ObjectNode row = StoredForm.parse(version.encode(object).json());
                yield StoredForm.parse(table(version.resource(), row, metadata, accepted, rows, true));
            }
        };
    }

    /** A Table of one row. */
    byte[] table(
            ResourceInfo resource,
            ObjectNode object,
            ObjectNode metadata,
            Negotiation.Accepted accepted,
            TableForm.Include rows,
            boolean withColumns) {
        TableForm form = new TableForm(accepted.version(), rows);
        byte[] open = tables.open(resource, form, metadata, withColumns);
        byte[] row = tables.row(resource, form, object);
        byte[] table = new byte[open.length + row.length + Tables.CLOSE.length];
        System.arraycopy(open, 0, table, 0, open.length);
        System.arraycopy(row, 0, table, open.length, row.length);
        System.arraycopy(Tables.CLOSE, 0, table, open.length + row.length, Tables.CLOSE.length);
        return table;
    }

    /** A bookmark as the version's own kind, with the fields that Kubernetes' own type has at all times. */
    ObjectNode bookmark(ServedVersion version, long revision, boolean initialEventsEnd) {
        ObjectNode object = version.bookmark(revision, initialEventsEnd);
        schema.complete(version.resource(), object);
        return object;
    }

    /** A tree in an encoding; what has no protobuf form is told so. */
    byte[] encode(ObjectNode tree, Encoding encoding, boolean pretty) {
        return switch (encoding) {
            case JSON -> pretty ? JsonCodec.encodePretty(tree) : JsonCodec.encode(tree);
            case YAML -> YamlCodec.encode(tree);
            case PROTOBUF -> {
                try {
                    yield protobuf.encode(tree);
                } catch (MalformedException e) {
                    throw new StatusException(406, "NotAcceptable", String.valueOf(e.getMessage()), null);
                }
            }
        };
    }

    /** Body of a list in JSON, gathered as it is sent. */
    ListBody jsonList(Listing listing, Negotiation.Accepted accepted, TableForm.Include rows) {
        ServedVersion version = listing.version();
        return switch (accepted.form()) {
            case OBJECT ->
                new ListBody(
                        head(
                                version.resource().kind() + "List",
                                version.resource().apiVersion(),
                                listing),
                        listing.items(),
                        schema.custom(version.resource()).isPresent()
                                ? item ->
                                        new ListBody.Slice(version.encode(item).json(), 0)
                                : item -> slice(version.encode(item)),
                        ListBody.TAIL);
            case METADATA ->
                new ListBody(
                        head("PartialObjectMetadataList", "meta.k8s.io/" + accepted.version(), listing),
                        listing.items(),
                        item -> new ListBody.Slice(version.metadataOnly(item, accepted.version()), 0),
                        ListBody.TAIL);
            case TABLE -> {
                TableForm form = new TableForm(accepted.version(), rows);
                yield new ListBody(
                        tables.open(version.resource(), form, metadata(listing), true),
                        listing.items(),
                        item -> new ListBody.Slice(
                                tables.row(
                                        version.resource(),
                                        form,
                                        StoredForm.parse(version.encode(item).json())),
                                0),
                        ListBody.TAIL);
            }
        };
    }

    /** Body of a list in protobuf, which has no tables. */
    ProtobufListBody protobufList(Listing listing, Negotiation.Accepted accepted) {
        ServedVersion version = listing.version();
        ResourceInfo resource = version.resource();
        boolean whole = accepted.form() == Negotiation.Form.OBJECT;
        String apiVersion = whole ? resource.apiVersion() : "meta.k8s.io/" + accepted.version();
        String kind = whole ? resource.kind() : "PartialObjectMetadata";
        StructType type = schema.kind(apiVersion, kind)
                .orElseThrow(() -> new StatusException(406, "NotAcceptable", kind + " has no protobuf form", null));
        return new ProtobufListBody(
                bytes -> protobuf.listHead(apiVersion, kind + "List", metadata(listing), bytes),
                listing.items(),
                item -> protobuf.listItem(
                        type,
                        StoredForm.parse(
                                whole ? version.encode(item).json() : version.metadataOnly(item, accepted.version()))),
                ProtobufListBody.KEPT);
    }

    /** All objects of a resource whose objects are not kept, or a table of some of them. */
    ObjectNode made(
            ResourceInfo resource, List<ObjectNode> items, Negotiation.Accepted accepted, TableForm.Include rows) {
        if (accepted.form() == Negotiation.Form.TABLE) {
            TableForm form = new TableForm(accepted.version(), rows);
            ByteArrayOutputStream table = new ByteArrayOutputStream();
            table.writeBytes(tables.open(resource, form, JsonNodeFactory.instance.objectNode(), true));
            for (int i = 0; i < items.size(); i++) {
                if (i > 0) {
                    table.write(',');
                }
                table.writeBytes(tables.row(resource, form, items.get(i)));
            }
            table.writeBytes(Tables.CLOSE);
            return StoredForm.parse(table.toByteArray());
        }
        ObjectNode list = JsonNodeFactory.instance
                .objectNode()
                .put("kind", resource.kind() + "List")
                .put("apiVersion", resource.apiVersion());
        list.putObject("metadata");
        ArrayNode array = list.putArray("items");
        items.forEach(each -> array.add(each.without(List.of("kind", "apiVersion"))));
        return list;
    }

    /** Items of a list carry neither kind nor apiVersion, but for those of custom resources. */
    private static ListBody.Slice slice(ServedVersion.Encoded encoded) {
        return new ListBody.Slice(encoded.json(), encoded.body());
    }

    private static ObjectNode metadata(Listing listing) {
        ObjectNode metadata =
                JsonNodeFactory.instance.objectNode().put("resourceVersion", Long.toString(listing.revision()));
        if (!listing.continueToken().isEmpty()) {
            metadata.put("continue", listing.continueToken());
        }
        listing.remaining().ifPresent(count -> metadata.put("remainingItemCount", count));
        return metadata;
    }

    private static byte[] head(String kind, String apiVersion, Listing listing) {
        return ("{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion + "\",\"metadata\":" + metadata(listing)
                        + ",\"items\":[")
                .getBytes(StandardCharsets.UTF_8);
    }
}
