package io.flotilla.apiserver.storage;

import java.util.Optional;

/**
 * What a write has to do with fences. A fence is a key beside the objects that names who leads a lease and in which
 * term; comparing it in the transaction of a write makes the write of a replaced leader impossible, however late.
 *
 * @param check the fence that must hold for the write to take effect
 * @param change the fence that the write sets, because it changes a lease's holder
 */
public record Fencing(Optional<Fence> check, Optional<Fence> change) {
    public static final Fencing NONE = new Fencing(Optional.empty(), Optional.empty());

    /** A fence key and its value. */
    public record Fence(String key, String value) {
        /** Fence of a lease: {@code term} is the lease's leaseTransitions. */
        public static Fence of(String namespace, String lease, String holder, int term) {
            return new Fence("/flotilla/fences/" + namespace + "/" + lease, holder + "/" + term);
        }
    }

    public static Fencing check(Fence fence) {
        return new Fencing(Optional.of(fence), Optional.empty());
    }
}
