package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;

/** What the definition of a custom kind says of its objects beside the names and types of their fields. */
public interface CustomForm {

    /**
     * Brings an object into its canonical form: metadata as for every kind, unknown fields removed and returned.
     *
     * @throws TypeErrorException the metadata is of the wrong type
     */
    List<FieldProblem> prune(ObjectNode object);

    void applyDefaults(ObjectNode object);

    /**
     * The schema as OpenAPI publishes it.
     *
     * @param v2 in the older dialect, which leaves out what it cannot say
     * @param reference turns the name of a built-in type into a reference to it
     */
    ObjectNode openApi(boolean v2, Function<String, ObjectNode> reference);
}
