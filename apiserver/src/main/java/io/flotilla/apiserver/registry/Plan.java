package io.flotilla.apiserver.registry;

import io.flotilla.apiserver.storage.Fencing;

/** What is to become of a stored object, decided from what it is now. */
sealed interface Plan {
    /**
     * Store this.
     *
     * @param undo gives back what was claimed for it; run if it is not stored
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Put(byte[] value, Fencing fencing, Runnable undo) implements Plan {}

    /** Remove it. */
    record Remove(Fencing fencing) implements Plan {}

    /** Answer as if this had been stored, or the object removed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Pretend(byte[] value) implements Plan {}

    /** Leave it as it is. */
    record Keep() implements Plan {}
}
