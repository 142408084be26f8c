package io.flotilla.apiserver.schema;

/**
 * A JSON array.
 *
 * @param element type of every element
 * @param wrapped whether protobuf holds the elements in a message of their own (field 1) rather than as a repeated field
 */
public record ListType(Type element, boolean wrapped) implements Type {
    @Override
    public String goName() {
        return "[]" + element.goName();
    }
}
