package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.extension.structural.SchemaValidation;
import io.flotilla.apiserver.extension.structural.Structural;
import io.flotilla.apiserver.request.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that the schema of a version demands of an object. */
final class ObjectRules {
    private final Structural schema;

    ObjectRules(Structural schema) {
        this.schema = schema;
    }

    /** @param old the object before an update: what was wrong already and is unchanged is let be (KEP-4008) */
    List<FieldError> check(ObjectNode object, @Nullable ObjectNode old) {
        return SchemaValidation.check(schema, object, old, "");
    }
}
