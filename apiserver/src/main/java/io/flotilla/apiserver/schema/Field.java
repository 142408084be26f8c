package io.flotilla.apiserver.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One field of a struct.
 *
 * @param name JSON name; of an inline member its protobuf name
 * @param number protobuf field number; 0 where protobuf has none, or an inline member holds the field
 * @param inline the member's own fields stand among the owner's in JSON, while protobuf nests them
 * @param required OpenAPI's word, which is not validation's
 * @param zeroDefault OpenAPI publishes the zero value as the default
 * @param printing what becomes of an unset or zero value
 * @param listKeys keys of a list of type {@link ListKind#MAP}
 * @param mapAtomic a map, or a struct in this place, that server-side apply owns as a whole
 * @param mergeKey of a strategic merge patch; empty for none
 * @param values enum, empty for none
 * @param openApiDefault JSON, null for none
 */
public record Field(
        String name,
        int number,
        Type type,
        boolean inline,
        boolean required,
        boolean zeroDefault,
        Printing printing,
        @Nullable ListKind listKind,
        List<String> listKeys,
        boolean mapAtomic,
        boolean patchMerge,
        boolean patchRetainKeys,
        boolean patchReplace,
        String mergeKey,
        List<String> values,
        @Nullable String openApiDefault) {

    /** How Kubernetes prints a field that is unset or zero. */
    public enum Printing {
        /** Left out when zero: unset and zero are the same. */
        UNLESS_ZERO,
        /** Left out when unset, printed when zero. */
        WHEN_SET,
        /** Always printed; unset prints the zero value. */
        ALWAYS,
        /** Always printed; unset prints null. */
        ALWAYS_NULLABLE
    }

    /** {@code x-kubernetes-list-type}. */
    public enum ListKind {
        ATOMIC,
        SET,
        MAP
    }
}
