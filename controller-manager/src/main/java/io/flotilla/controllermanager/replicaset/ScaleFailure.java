package io.flotilla.controllermanager.replicaset;

/**
 * Why the pods could not be brought to the number asked for.
 *
 * @param reason reason of the condition ReplicaFailure
 * @param cause what the API server said
 */
record ScaleFailure(String reason, RuntimeException cause) {}
