package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * One version of a custom resource: what the table says of a built-in one, told by a definition. Immutable: a
 * change of the definition makes others.
 */
public interface CustomResource {

    ResourceInfo info();

    /** Whether clients may use this version; one that is only stored they may not. */
    boolean served();

    /** Type of the objects; its form is set. */
    StructType type();

    /** Type of lists of them; its form is set. */
    StructType listType();

    Map<String, SubresourceInfo> subresources();

    String storageVersionHash();

    FieldSelectors selectors();

    /** Columns of the Table, the name first. */
    List<Column> columns();

    /** Values for all columns but the first; missing nodes where an object has none. */
    List<JsonNode> cells(ObjectNode object);

    /** Text of the warning that every request gets; empty for versions that are not deprecated. */
    String deprecationWarning();

    /** Changes with anything that clients can see of the definition. */
    String fingerprint();
}
