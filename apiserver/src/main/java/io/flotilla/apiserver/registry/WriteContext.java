package io.flotilla.apiserver.registry;

import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * The write at hand, as its strategy sees it.
 *
 * @param resource the resource written to, in its storage version
 * @param namespace empty for cluster scope
 * @param name name in the path; empty for a creation
 * @param user who writes
 * @param dryRun nothing may be changed beside the object
 * @param now the one instant that this request stamps
 * @param store the other objects
 * @param warn adds a Warning header
 */
public record WriteContext(
        ResourceInfo resource,
        String namespace,
        String name,
        User user,
        boolean dryRun,
        Instant now,
        ObjectStore store,
        Consumer<String> warn) {}
