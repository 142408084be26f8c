package io.flotilla.apiserver.schema;

/** A JSON object whose keys are data. */
public record MapType(Type value) implements Type {
    @Override
    public String goName() {
        return "map[string]" + value.goName();
    }
}
