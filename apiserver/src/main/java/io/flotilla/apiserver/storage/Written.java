package io.flotilla.apiserver.storage;

import java.util.Optional;

/** Outcome of a guarded write. */
public sealed interface Written {
    /** It took effect, at this revision. */
    record Done(long revision) implements Written {}

    /** Someone else was first: the key is not at the expected revision but as told here. Nothing was written. */
    record Lost(Optional<Versioned> current) implements Written {}

    /** The fence does not hold: another leads, or none. Nothing was written. */
    record Fenced() implements Written {}
}
