package io.flotilla.apiserver.registry.validation;

import io.flotilla.apiserver.request.FieldError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with an object, in the order in which it was found. Not safe for several threads. */
public final class Findings {
    /** The words for a field that an update may not change. */
    public static final String IMMUTABLE = "field is immutable";

    private @Nullable List<FieldError> errors;

    public void add(FieldError error) {
        if (errors == null) {
            errors = new ArrayList<>(4);
        }
        errors.add(error);
    }

    public void addAll(Findings more) {
        more.list().forEach(this::add);
    }

    public List<FieldError> list() {
        return errors == null ? List.of() : errors;
    }

    public boolean isEmpty() {
        return errors == null;
    }

    public int size() {
        return errors == null ? 0 : errors.size();
    }

    public void required(Field field) {
        add(FieldError.required(field.path(), ""));
    }

    public void required(Field field, String detail) {
        add(FieldError.required(field.path(), detail));
    }

    /** The value at the field is invalid. */
    public void invalid(Field field, String detail) {
        add(FieldError.invalid(field.path(), field.isSet() ? field.value() : null, detail));
    }

    public void invalid(Field field, @Nullable Object value, String detail) {
        add(FieldError.invalid(field.path(), value, detail));
    }

    /** One finding about the field's text for each message. */
    public void invalid(Field field, List<String> messages) {
        for (String message : messages) {
            add(FieldError.invalid(field.path(), field.text(), message));
        }
    }

    public void invalid(Field field, String value, List<String> messages) {
        for (String message : messages) {
            add(FieldError.invalid(field.path(), value, message));
        }
    }

    public void forbidden(Field field, String detail) {
        add(FieldError.forbidden(field.path(), detail));
    }

    public void duplicate(Field field) {
        add(FieldError.duplicate(field.path(), field.value()));
    }

    public void duplicate(Field field, Object value) {
        add(FieldError.duplicate(field.path(), value));
    }

    public void notFound(Field field) {
        add(FieldError.notFound(field.path(), field.text()));
    }

    public void tooLong(Field field, int maxBytes) {
        add(FieldError.tooLong(field.path(), maxBytes));
    }

    public void tooMany(Field field, int actual, int max) {
        add(FieldError.tooMany(field.path(), actual, max));
    }

    /** The field's text is none of these, which are listed in their order. */
    public void notSupported(Field field, Collection<String> supported) {
        add(FieldError.notSupported(field.path(), field.text(), supported));
    }

    public void notSupported(Field field, Object value, Collection<String> supported) {
        add(FieldError.notSupported(field.path(), value, supported));
    }

    /** Refuses a text that is not in the set; told sorted, as Kubernetes tells sets. */
    public void oneOf(Field field, Set<String> supported) {
        if (!supported.contains(field.text())) {
            notSupported(field, new TreeSet<>(supported));
        }
    }

    /** As {@link #oneOf}, where an empty text is a missing value. */
    public void requiredOneOf(Field field, Set<String> supported) {
        if (field.text().isEmpty()) {
            required(field);
        } else {
            oneOf(field, supported);
        }
    }

    /** Refuses a negative number. */
    public void nonNegative(Field field) {
        if (field.number() < 0) {
            invalid(field, "must be greater than or equal to 0");
        }
    }

    public void inRange(Field field, long min, long max) {
        if (field.number() < min || field.number() > max) {
            invalid(field, field.number(), rangeMessage(min, max));
        }
    }

    public static String rangeMessage(long min, long max) {
        return "must be between " + min + " and " + max + ", inclusive";
    }

    /** Refuses a change between old and new. */
    public void immutable(Field field, Field old) {
        if (!Trees.same(field.value(), old.value())) {
            invalid(field, IMMUTABLE);
        }
    }
}
