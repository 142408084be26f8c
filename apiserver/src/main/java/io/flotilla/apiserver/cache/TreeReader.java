package io.flotilla.apiserver.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.RawObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Parses stored objects. The field sets of their managed fields, half of many an object, stay text until they are looked at. */
final class TreeReader {
    private static final byte[] METADATA = "metadata".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MANAGED_FIELDS = "managedFields".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FIELDS = "fieldsV1".getBytes(StandardCharsets.US_ASCII);

    private final ObjectMapper mapper;

    TreeReader(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** A part of the text. */
    private record Part(int start, int end) {}

    /** @throws IOException if the text is no JSON object */
    ObjectNode read(byte[] json) throws IOException {
        List<Part> sets = fieldSets(json);
        if (sets.isEmpty()) {
            return (ObjectNode) mapper.readTree(json);
        }
        ByteArrayOutputStream rest = new ByteArrayOutputStream(json.length);
        int copied = 0;
        for (Part set : sets) {
            rest.write(json, copied, set.start() + 1 - copied);
            copied = set.end() - 1;
        }
        rest.write(json, copied, json.length - copied);
        ObjectNode object = (ObjectNode) mapper.readTree(rest.toByteArray());
        Iterator<Part> next = sets.iterator();
        for (JsonNode entry : object.path("metadata").path("managedFields")) {
            if (entry instanceof ObjectNode manager && manager.path("fieldsV1").isObject()) {
                Part set = next.next();
                manager.set("fieldsV1", new RawObject(Arrays.copyOfRange(json, set.start(), set.end())));
            }
        }
        return object;
    }

    /** Where the field sets stand that are objects, in order. */
    private static List<Part> fieldSets(byte[] json) throws IOException {
        List<Part> found = new ArrayList<>();
        try {
            JsonCursor in = new JsonCursor(json);
            if (enterMember(in, METADATA) && enterMember(in, MANAGED_FIELDS) && in.enterArray()) {
                while (in.nextElement()) {
                    if (!enterMember(in, FIELDS)) {
                        continue;
                    }
                    int start = in.offset();
                    boolean object = in.isObject();
                    in.skipValue();
                    if (object) {
                        found.add(new Part(start, in.offset()));
                    }
                    while (in.nextMember()) {
                        in.skipValue();
                    }
                }
            }
        } catch (IndexOutOfBoundsException e) {
            throw new IOException("the stored value is not well-formed", e);
        }
        return found;
    }

    /** Steps to the value of a member of the object stood on; steps over all of that if it has none such. */
    private static boolean enterMember(JsonCursor in, byte[] name) {
        if (!in.enterObject()) {
            in.skipValue();
            return false;
        }
        while (in.nextMember()) {
            if (in.nameIs(name)) {
                return true;
            }
            in.skipValue();
        }
        return false;
    }
}
