package io.flotilla.apiserver.request;

import org.jspecify.annotations.Nullable;

/**
 * One finding of validation, told as Kubernetes tells it ({@code field.Error}).
 *
 * @param type what is wrong; its reason becomes the reason of the Status cause
 * @param field path of the field, such as {@code spec.containers[0].image}
 * @param value the offending value, printed into the message; ignored by the types that print none
 * @param detail the rest of the message
 */
public record FieldError(Type type, String field, @Nullable Object value, String detail) {
    /** In place of a value that is too large to be of use in a message. */
    public static final Object OMITTED = new Object();

    /** The kinds of findings, with the reason and the words of Kubernetes. */
    public enum Type {
        NOT_FOUND("FieldValueNotFound", "Not found"),
        REQUIRED("FieldValueRequired", "Required value"),
        DUPLICATE("FieldValueDuplicate", "Duplicate value"),
        INVALID("FieldValueInvalid", "Invalid value"),
        NOT_SUPPORTED("FieldValueNotSupported", "Unsupported value"),
        FORBIDDEN("FieldValueForbidden", "Forbidden"),
        TOO_LONG("FieldValueTooLong", "Too long"),
        TOO_MANY("FieldValueTooMany", "Too many"),
        INTERNAL("InternalError", "Internal error"),
        TYPE_INVALID("FieldValueTypeInvalid", "Invalid value");

        private final String reason;
        private final String words;

        Type(String reason, String words) {
            this.reason = reason;
            this.words = words;
        }

        public String reason() {
            return reason;
        }

        public String words() {
            return words;
        }
    }

    /** The finding without its field: the message of a Status cause. */
    public String body() {
        String head = switch (type) {
            case REQUIRED, FORBIDDEN, TOO_LONG, INTERNAL -> type.words();
            case NOT_FOUND, DUPLICATE, INVALID, NOT_SUPPORTED, TOO_MANY, TYPE_INVALID ->
                OMITTED.equals(value) ? type.words() : type.words() + ": " + Quoting.print(value);
        };
        return detail.isEmpty() ? head : head + ": " + detail;
    }

    public static FieldError required(String field, String detail) {
        return new FieldError(Type.REQUIRED, field, null, detail);
    }

    public static FieldError invalid(String field, @Nullable Object value, String detail) {
        return new FieldError(Type.INVALID, field, value, detail);
    }

    public static FieldError forbidden(String field, String detail) {
        return new FieldError(Type.FORBIDDEN, field, null, detail);
    }

    public static FieldError duplicate(String field, @Nullable Object value) {
        return new FieldError(Type.DUPLICATE, field, value, "");
    }

    public static FieldError notFound(String field, @Nullable Object value) {
        return new FieldError(Type.NOT_FOUND, field, value, "");
    }

    public static FieldError tooLong(String field, int maxBytes) {
        return new FieldError(
                Type.TOO_LONG, field, null, "may not be more than " + maxBytes + (maxBytes == 1 ? " byte" : " bytes"));
    }

    public static FieldError tooMany(String field, int actual, int max) {
        return new FieldError(
                Type.TOO_MANY, field, actual, "must have at most " + max + (max == 1 ? " item" : " items"));
    }

    public static FieldError internal(String field, String detail) {
        return new FieldError(Type.INTERNAL, field, null, detail);
    }

    /** The value is none of those allowed; they are listed quoted, in the order given. */
    public static FieldError notSupported(String field, @Nullable Object value, Iterable<String> supported) {
        StringBuilder detail = new StringBuilder("supported values: ");
        String separator = "";
        for (String each : supported) {
            detail.append(separator).append(Quoting.quote(each));
            separator = ", ";
        }
        return new FieldError(Type.NOT_SUPPORTED, field, value, detail.toString());
    }
}
