package io.flotilla.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.pipeline.Patcher;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.StructType;
import java.util.Map;

/** Patches without types. */
final class Patching implements Patcher {
    @Override
    public ObjectNode patch(Type patchType, byte[] patch, ObjectNode object, StructType type) {
        try {
            merge(object, (ObjectNode) JsonCodec.decodeAny(patch));
            return object;
        } catch (MalformedException e) {
            throw StatusException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static void merge(ObjectNode object, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> each : patch.properties()) {
            if (each.getValue().isNull()) {
                object.remove(each.getKey());
            } else if (each.getValue() instanceof ObjectNode inner) {
                merge(
                        object.get(each.getKey()) instanceof ObjectNode old ? old : object.putObject(each.getKey()),
                        inner);
            } else {
                object.set(each.getKey(), each.getValue());
            }
        }
    }
}
