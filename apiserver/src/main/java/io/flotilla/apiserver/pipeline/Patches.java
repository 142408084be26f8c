package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.patch.JsonPatch;
import io.flotilla.apiserver.patch.MergePatch;
import io.flotilla.apiserver.patch.StrategicMerge;
import io.flotilla.apiserver.patch.UnfitPatchException;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.StructType;
import java.util.Map;
import java.util.stream.Collectors;

/** A patch as it was sent, read once and applied as often as the object moves under it. */
final class Patches {
    private final PatchType type;
    private final JsonNode patch;

    private Patches(PatchType type, JsonNode patch) {
        this.type = type;
        this.patch = patch;
    }

    /** Reads a patch; fails with BadRequest. */
    static Patches read(PatchType type, byte[] bytes) {
        JsonNode patch;
        try {
            patch = JsonCodec.decodeAny(bytes);
        } catch (MalformedException e) {
            throw StatusException.badRequest("error decoding patch: " + e.getMessage());
        }
        if (type != PatchType.JSON && !(patch instanceof ObjectNode)) {
            throw StatusException.badRequest("error decoding patch: json: cannot unmarshal "
                    + (patch.isArray() ? "array" : "value") + " into Go value of type map[string]interface {}");
        }
        return new Patches(type, patch);
    }

    /** How refusals name the patch: by what it leads to, or, as it is merged by structure, as Go prints it. */
    String describe(ObjectNode patched) {
        return type == PatchType.STRATEGIC ? goText(patch) : patched.toString();
    }

    private static String goText(JsonNode node) {
        if (node.isObject()) {
            return node.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(entry -> entry.getKey() + ":" + goText(entry.getValue()))
                    .collect(Collectors.joining(" ", "map[", "]"));
        }
        if (node.isArray()) {
            return node.valueStream().map(Patches::goText).collect(Collectors.joining(" ", "[", "]"));
        }
        return node.isNull() ? "<nil>" : node.asText();
    }

    /** Returns the patched object; the given one may be changed. Fails with a Status. */
    ObjectNode apply(ObjectNode object, StructType structure) {
        return switch (type) {
            case JSON -> {
                try {
                    yield JsonPatch.apply(object, patch);
                } catch (UnfitPatchException _) {
                    throw StatusException.unfitPatch();
                }
            }
            case MERGE -> {
                MergePatch.apply(object, (ObjectNode) patch.deepCopy());
                yield object;
            }
            case STRATEGIC -> StrategicMerge.apply(structure, object, (ObjectNode) patch.deepCopy());
            case APPLY -> throw StatusException.badRequest("server-side apply is not supported on this subresource");
        };
    }
}
