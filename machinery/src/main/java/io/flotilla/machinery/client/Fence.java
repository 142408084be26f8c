package io.flotilla.machinery.client;

/**
 * The lease under which a leader writes. A fenced write takes effect only while the API servers see this holder lead in
 * this term; later it fails with Conflict.
 *
 * @param namespace namespace of the Lease
 * @param name name of the Lease
 * @param holder holderIdentity
 * @param term leaseTransitions when the holder acquired the lease
 */
public record Fence(String namespace, String name, String holder, int term) {}
