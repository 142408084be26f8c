package io.flotilla.apiserver.schema;

/**
 * What strict field validation finds: a field that the type does not have, or one that is given twice.
 *
 * @param path such as {@code spec.containers[0].foo}
 */
public record FieldProblem(Kind kind, String path) {
    /** The kinds, with their words. */
    public enum Kind {
        UNKNOWN("unknown field"),
        DUPLICATE("duplicate field");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** The text of warnings and, joined by commas after {@code strict decoding error: }, of the strict error. */
    public String message() {
        return kind.words + " \"" + path + "\"";
    }
}
