package io.flotilla.controllermanager.ownership;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sorts out which dependents belong to a controller: keeps its own that the selector matches, releases its own that it
 * does not, adopts orphans that it does, and lets those of others be.
 *
 * @param <O> kind of the controller
 * @param <T> kind of the dependents
 */
public final class Claimer<O extends HasMetadata, T extends HasMetadata> {
    private static final Logger LOG = LoggerFactory.getLogger(Claimer.class);

    private final ResourceClient<O> owners;
    private final ResourceClient<T> dependents;

    public Claimer(ResourceClient<O> owners, ResourceClient<T> dependents) {
        this.owners = owners;
        this.dependents = dependents;
    }

    /** Returns what the owner controls now; fails where a dependent changed meanwhile. */
    public List<T> claim(O owner, List<T> candidates, Predicate<T> selects) {
        boolean deleting = owner.getMetadata().getDeletionTimestamp() != null;
        List<T> claimed = new ArrayList<>();
        boolean checked = false;
        for (T candidate : candidates) {
            Optional<OwnerReference> controller = OwnerReferences.controllerOf(candidate);
            if (controller.isPresent()) {
                if (!OwnerReferences.isControlledBy(candidate, owner)) {
                    continue;
                }
                if (selects.test(candidate)) {
                    claimed.add(candidate);
                } else if (!deleting) {
                    release(owner, candidate);
                }
            } else if (!deleting && candidate.getMetadata().getDeletionTimestamp() == null && selects.test(candidate)) {
                if (!checked) {
                    requireAlive(owner);
                    checked = true;
                }
                adopt(owner, candidate).ifPresent(claimed::add);
            }
        }
        return claimed;
    }

    /** The cache may not know yet that the owner is going: adopting then would have the dependents deleted. */
    private void requireAlive(O owner) {
        O fresh = owners.get(ObjectKey.of(owner));
        if (!fresh.getMetadata().getUid().equals(owner.getMetadata().getUid())) {
            throw new IllegalStateException("original " + owners.type().kind() + " " + ObjectKey.of(owner)
                    + " is gone: got uid " + fresh.getMetadata().getUid() + ", wanted "
                    + owner.getMetadata().getUid());
        }
        if (fresh.getMetadata().getDeletionTimestamp() != null) {
            throw new IllegalStateException(ObjectKey.of(owner) + " has just been deleted at "
                    + fresh.getMetadata().getDeletionTimestamp());
        }
    }

    private Optional<T> adopt(O owner, T orphan) {
        List<OwnerReference> references = new ArrayList<>(orphan.getMetadata().getOwnerReferences());
        references.removeIf(
                reference -> reference.getUid().equals(owner.getMetadata().getUid()));
        references.add(OwnerReferences.controllerReference(owners.type(), owner));
        LOG.debug("{} {} adopts {}", owners.type().kind(), ObjectKey.of(owner), ObjectKey.of(orphan));
        return setOwners(orphan, references);
    }

    private void release(O owner, T dependent) {
        List<OwnerReference> references =
                new ArrayList<>(dependent.getMetadata().getOwnerReferences());
        references.removeIf(
                reference -> reference.getUid().equals(owner.getMetadata().getUid()));
        LOG.debug("{} {} releases {}", owners.type().kind(), ObjectKey.of(owner), ObjectKey.of(dependent));
        setOwners(dependent, references);
    }

    /** The version is part of the patch because a merge patch replaces the whole list of owners. */
    private Optional<T> setOwners(T dependent, List<OwnerReference> references) {
        try {
            return Optional.of(dependents.patch(
                    ObjectKey.of(dependent),
                    Patch.merge(Map.of(
                            "metadata",
                            Map.of(
                                    "uid", dependent.getMetadata().getUid(),
                                    "resourceVersion", dependent.getMetadata().getResourceVersion(),
                                    "ownerReferences", references)))));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
