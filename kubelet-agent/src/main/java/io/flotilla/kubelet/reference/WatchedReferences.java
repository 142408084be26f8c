package io.flotilla.kubelet.reference;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Watches each referenced object by name, as the kubelet does: a node may read only what its pods refer to. The first pod
 * that refers to an object starts its watch, the last one ends it.
 */
public final class WatchedReferences implements References, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(5);

    private static final class Watched {
        private final Informers informers;
        private final Informer<? extends HasMetadata> informer;
        private final Set<String> pods = new HashSet<>(); // guarded by the outer object

        Watched(Informers informers, Informer<? extends HasMetadata> informer) {
            this.informers = informers;
            this.informer = informer;
        }
    }

    private final ApiClient client;
    private final Consumer<String> changed;
    private final Map<PodReferences.Reference, Watched> watched = new HashMap<>(); // guarded by this
    private final Map<String, Set<PodReferences.Reference>> byPod = new HashMap<>(); // guarded by this

    /** Makes references that tell by UID of a pod when something it refers to has changed. */
    public WatchedReferences(ApiClient client, Consumer<String> changed) {
        this.client = client;
        this.changed = changed;
    }

    /** Begins to watch what the pod refers to. */
    public synchronized void hold(Pod pod) {
        String uid = PodSpecs.uid(pod);
        if (byPod.containsKey(uid)) {
            return;
        }
        Set<PodReferences.Reference> references = PodReferences.of(pod);
        byPod.put(uid, references);
        for (PodReferences.Reference reference : references) {
            watched.computeIfAbsent(reference, this::watch).pods.add(uid);
        }
    }

    /** The pod refers to nothing any more. */
    public synchronized void release(String uid) {
        Set<PodReferences.Reference> references = byPod.remove(uid);
        if (references == null) {
            return;
        }
        for (PodReferences.Reference reference : references) {
            Watched one = watched.get(reference);
            if (one != null && one.pods.remove(uid) && one.pods.isEmpty()) {
                watched.remove(reference);
                one.informers.close();
            }
        }
    }

    private Watched watch(PodReferences.Reference reference) {
        return switch (reference.kind()) {
            case CONFIG_MAP -> watch(reference, ResourceTypes.CONFIG_MAPS);
            case SECRET -> watch(reference, ResourceTypes.SECRETS);
        };
    }

    private <T extends HasMetadata> Watched watch(PodReferences.Reference reference, ResourceType<T> type) {
        Informers informers = new Informers(client);
        Informer<T> informer = informers.of(
                type,
                ListOptions.inNamespace(reference.namespace()).withFieldSelector("metadata.name=" + reference.name()));
        informer.addHandler(new EventHandler<>() {
            @Override
            public void onAdd(T object) {
                tell(reference);
            }

            @Override
            public void onUpdate(T before, T now) {
                tell(reference);
            }

            @Override
            public void onDelete(T last) {
                tell(reference);
            }
        });
        informers.start();
        return new Watched(informers, informer);
    }

    private void tell(PodReferences.Reference reference) {
        Set<String> uids;
        synchronized (this) {
            Watched one = watched.get(reference);
            uids = one == null ? Set.of() : Set.copyOf(one.pods);
        }
        uids.forEach(changed);
    }

    @Override
    public ConfigMap configMap(String namespace, String name) throws ReferenceException {
        return (ConfigMap) get(new PodReferences.Reference(PodReferences.Kind.CONFIG_MAP, namespace, name));
    }

    @Override
    public Secret secret(String namespace, String name) throws ReferenceException {
        return (Secret) get(new PodReferences.Reference(PodReferences.Kind.SECRET, namespace, name));
    }

    private HasMetadata get(PodReferences.Reference reference) throws ReferenceException {
        Watched one;
        synchronized (this) {
            one = watched.get(reference);
        }
        if (one == null) {
            throw new ReferenceException(
                    "object \"" + reference.namespace() + "\"/\"" + reference.name() + "\" not registered");
        }
        awaitSynced(one, reference);
        Optional<? extends HasMetadata> object =
                one.informer.lister().get(new ObjectKey(reference.namespace(), reference.name()));
        if (object.isEmpty()) {
            throw new ReferenceException(reference.kind().word() + " \"" + reference.name() + "\" not found");
        }
        return object.get();
    }

    private static void awaitSynced(Watched one, PodReferences.Reference reference) throws ReferenceException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!one.informer.hasSynced()) {
            if (System.nanoTime() - deadline > 0) {
                throw new ReferenceException(
                        "failed to sync " + reference.kind().word() + " cache: timed out waiting for the condition");
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ReferenceException("interrupted");
            }
        }
    }

    @Override
    public synchronized void close() {
        watched.values().forEach(one -> one.informers.close());
        watched.clear();
        byPod.clear();
    }
}
