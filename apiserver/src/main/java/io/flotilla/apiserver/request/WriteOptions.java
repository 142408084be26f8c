package io.flotilla.apiserver.request;

import java.util.Optional;

/**
 * The options that all writes share.
 *
 * @param fieldManager who the written fields belong to; empty where the transport knows none
 * @param fence the lease under which a leader writes
 */
public record WriteOptions(
        boolean dryRun, String fieldManager, FieldValidation fieldValidation, Optional<LeaseFence> fence) {
    public static final WriteOptions DEFAULT = new WriteOptions(false, "", FieldValidation.WARN, Optional.empty());

    /** What becomes of unknown and repeated fields. */
    public enum FieldValidation {
        IGNORE,
        WARN,
        STRICT
    }

    /** The write takes effect only while this holder leads this lease in this term. */
    public record LeaseFence(String namespace, String name, String holder, int term) {}
}
