package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON patch (RFC 6902) with Kubernetes' limits. Negative indices count from the end of a list, as Kubernetes' patch
 * library has it.
 */
public final class JsonPatch {
    private static final int MOST_OPERATIONS = 10_000;
    /** Copies of copies grow without bound otherwise. */
    private static final long MOST_COPIED_NODES = 1_000_000;

    private JsonNode root;
    private long copied;
    /** No less than the depth of the root. */
    private int depth;

    private JsonPatch(JsonNode root) {
        this.root = root;
        this.depth = depth(root);
    }

    /**
     * Returns the patched object; the one given is used up.
     *
     * @throws StatusException the patch is malformed or too long
     * @throws UnfitPatchException it does not fit the object
     */
    public static ObjectNode apply(ObjectNode object, JsonNode patch) {
        if (!patch.isArray()) {
            throw StatusException.badRequest("error decoding patch: json: cannot unmarshal "
                    + (patch.isObject() ? "object" : "value") + " into Go value of type jsonpatch.Patch");
        }
        if (patch.size() > MOST_OPERATIONS) {
            throw new StatusException(
                    413,
                    "RequestEntityTooLarge",
                    "Request entity too large: The allowed maximum operations in a JSON patch is " + MOST_OPERATIONS
                            + ", got " + patch.size(),
                    null);
        }
        JsonPatch run = new JsonPatch(object);
        for (JsonNode operation : patch) {
            run.operation(operation);
        }
        if (!(run.root instanceof ObjectNode result)) {
            throw new UnfitPatchException("the patched document is not an object");
        }
        return result;
    }

    /** As {@link #apply}; empty if one of the patch's own tests fails. */
    public static Optional<ObjectNode> applyIfTestsHold(ObjectNode object, JsonNode patch) {
        try {
            return Optional.of(apply(object, patch));
        } catch (TestFailedException _) {
            return Optional.empty();
        }
    }

    /** A test operation found another value. */
    private static final class TestFailedException extends UnfitPatchException {
        private static final long serialVersionUID = 1L;

        TestFailedException(String message) {
            super(message);
        }
    }

    private void operation(JsonNode operation) {
        if (!operation.isObject()) {
            throw StatusException.badRequest(
                    "error decoding patch: json: cannot unmarshal value into Go value of type jsonpatch.Operation");
        }
        String path = text(operation, "path");
        switch (text(operation, "op")) {
            case "add" -> {
                JsonNode value = value(operation);
                add(path, value);
                deepens(depth(value), path);
            }
            case "remove" -> remove(path);
            case "replace" -> {
                JsonNode value = value(operation);
                replace(path, value);
                deepens(depth(value), path);
            }
            case "move" -> {
                String from = text(operation, "from");
                JsonNode moved = get(from);
                remove(from);
                add(path, moved);
                deepens(depth - segments(from).size(), path);
            }
            case "copy" -> {
                String from = text(operation, "from");
                JsonNode source = get(from);
                spend(size(source));
                add(path, source.deepCopy());
                deepens(depth - segments(from).size(), path);
            }
            case "test" -> test(path, operation.get("value"));
            default -> throw new UnfitPatchException("Unexpected kind: " + text(operation, "op"));
        }
    }

    private void spend(long nodes) {
        copied += nodes;
        if (copied > MOST_COPIED_NODES) {
            throw new UnfitPatchException(
                    "Unable to complete the copy, the accumulated size increase of copy is too large");
        }
    }

    /** Operations that put deep things into deep things would lead to an object that nobody can read. */
    private void deepens(int added, String path) {
        depth = Math.max(depth, segments(path).size() + added);
        if (depth > JsonCodec.MAX_DEPTH) {
            spend(size(root));
            depth = depth(root);
            if (depth > JsonCodec.MAX_DEPTH) {
                throw new UnfitPatchException("exceeded max depth");
            }
        }
    }

    private static int depth(JsonNode node) {
        int deepest = 0;
        for (JsonNode child : node) {
            deepest = Math.max(deepest, depth(child));
        }
        return node.isContainerNode() ? deepest + 1 : 0;
    }

    private static String text(JsonNode operation, String field) {
        JsonNode value = operation.get(field);
        if (value == null || !value.isTextual()) {
            throw new UnfitPatchException("missing or malformed " + field + " of an operation");
        }
        return value.textValue();
    }

    private static JsonNode value(JsonNode operation) {
        JsonNode value = operation.get("value");
        // Used more than once, should the patch be tried again on a newer object.
        return value == null ? NullNode.getInstance() : value.deepCopy();
    }

    private void add(String path, JsonNode value) {
        if (path.isEmpty()) {
            root = value;
            return;
        }
        String name = last(path);
        switch (parent(path, "add")) {
            case ObjectNode object -> object.set(name, value);
            case ArrayNode array -> {
                int index = name.equals("-") ? array.size() : index(name, array.size() + 1, "add", path);
                array.insert(index, value);
            }
            case JsonNode _ -> throw missing("add", path);
        }
    }

    private void remove(String path) {
        String name = last(path);
        switch (parent(path, "remove")) {
            case ObjectNode object when object.has(name) -> object.remove(name);
            case ArrayNode array -> array.remove(index(name, array.size(), "remove", path));
            case JsonNode _ -> throw missing("remove", path);
        }
    }

    private void replace(String path, JsonNode value) {
        if (path.isEmpty()) {
            root = value;
            return;
        }
        String name = last(path);
        switch (parent(path, "replace")) {
            case ObjectNode object when object.has(name) -> object.set(name, value);
            case ArrayNode array -> array.set(index(name, array.size(), "replace", path), value);
            case JsonNode _ -> throw missing("replace", path);
        }
    }

    private void test(String path, @Nullable JsonNode expected) {
        JsonNode actual = find(path);
        boolean nothing = expected == null || expected.isNull();
        boolean same = (actual == null || actual.isNull()) ? nothing : expected != null && equal(actual, expected);
        if (!same) {
            throw new TestFailedException("testing value " + path + " failed: test failed");
        }
    }

    /** JSON has one kind of number. */
    private static boolean equal(JsonNode one, JsonNode other) {
        return one.equals(JsonPatch::compare, other);
    }

    private static int compare(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    }

    private JsonNode get(String path) {
        JsonNode value = find(path);
        if (value == null) {
            throw missing("get", path);
        }
        return value;
    }

    private @Nullable JsonNode find(String path) {
        JsonNode value = root;
        for (String segment : segments(path)) {
            value = step(value, segment);
            if (value == null) {
                return null;
            }
        }
        return value;
    }

    private JsonNode parent(String path, String operation) {
        List<String> segments = segments(path);
        if (segments.isEmpty()) {
            throw missing(operation, path);
        }
        JsonNode value = root;
        for (String segment : segments.subList(0, segments.size() - 1)) {
            value = step(value, segment);
            if (value == null) {
                throw missing(operation, path);
            }
        }
        return value;
    }

    private static @Nullable JsonNode step(JsonNode value, String segment) {
        if (value instanceof ArrayNode array) {
            try {
                int index = Integer.parseInt(segment);
                return array.get(index < 0 ? index + array.size() : index);
            } catch (NumberFormatException _) {
                return null;
            }
        }
        return value.get(segment);
    }

    private static int index(String text, int bound, String operation, String path) {
        try {
            int index = Integer.parseInt(text);
            int counted = index < 0 ? index + bound : index;
            if (counted >= 0 && counted < bound) {
                return counted;
            }
        } catch (NumberFormatException _) {
            throw missing(operation, path);
        }
        throw new UnfitPatchException(operation + " operation does not apply: doc is missing path: \"" + path
                + "\": invalid index referenced");
    }

    private static List<String> segments(String path) {
        if (path.isEmpty()) {
            return List.of();
        }
        if (path.charAt(0) != '/') {
            throw missing("get", path);
        }
        return List.of(path.substring(1).split("/", -1)).stream()
                .map(JsonPatch::unescape)
                .toList();
    }

    private static String last(String path) {
        return unescape(path.substring(path.lastIndexOf('/') + 1));
    }

    private static String unescape(String segment) {
        return segment.indexOf('~') < 0 ? segment : segment.replace("~1", "/").replace("~0", "~");
    }

    private static long size(JsonNode node) {
        long size = 1;
        for (JsonNode child : node) {
            size += size(child);
        }
        return size;
    }

    private static UnfitPatchException missing(String operation, String path) {
        return new UnfitPatchException(operation + " operation does not apply: doc is missing path: \"" + path + "\"");
    }
}
