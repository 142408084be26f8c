package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.extension.cel.SchemaRuleSet;
import io.flotilla.apiserver.extension.structural.SchemaValidation;
import io.flotilla.apiserver.extension.structural.Structural;
import io.flotilla.apiserver.request.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that the schema of a version demands of an object. Its rules are compiled when the first object comes. */
final class ObjectRules {
    private final Structural schema;
    private final boolean hasRules;
    private volatile @Nullable SchemaRuleSet rules;

    ObjectRules(Structural schema) {
        this.schema = schema;
        this.hasRules = SchemaRuleSet.hasRules(schema);
    }

    /** @param old the object before an update: what was wrong already and is unchanged is let be (KEP-4008) */
    List<FieldError> check(ObjectNode object, @Nullable ObjectNode old) {
        List<FieldError> errors = SchemaValidation.check(schema, object, old, "");
        if (!hasRules) {
            return errors;
        }
        if (errors.stream().anyMatch(ObjectRules::blocks)) {
            List<FieldError> all = new ArrayList<>(errors);
            all.add(FieldError.invalid(
                    "<nil>",
                    null,
                    "some validation rules were not checked because the object was invalid; correct the existing"
                            + " errors to complete validation"));
            return all;
        }
        List<FieldError> all = new ArrayList<>(errors);
        all.addAll(rules().check(object, old));
        return all;
    }

    /** Rules rely on types and limits. */
    private static boolean blocks(FieldError error) {
        return switch (error.type()) {
            case REQUIRED, TOO_LONG, TOO_MANY, TYPE_INVALID -> true;
            case NOT_FOUND, DUPLICATE, INVALID, NOT_SUPPORTED, FORBIDDEN, INTERNAL -> false;
        };
    }

    private SchemaRuleSet rules() {
        SchemaRuleSet current = rules;
        if (current == null) {
            // Two that come first may both compile: the same rules.
            current = SchemaRuleSet.of(schema);
            rules = current;
        }
        return current;
    }
}
