package io.flotilla.kubelet.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.workqueue.Backoff;
import io.flotilla.machinery.workqueue.Reconciler;
import io.flotilla.machinery.workqueue.WorkQueue;
import io.flotilla.machinery.workqueue.Workers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings pod statuses to the API: patches what changed and nothing else, with the UID as a precondition, and deletes the
 * object of a pod that was to be deleted once nothing of it runs. A few at a time, each again until it has succeeded.
 */
public final class StatusManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusManager.class);
    private static final int IN_FLIGHT = 20;
    private static final Backoff RETRY = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));

    /**
     * What is known of one pod.
     *
     * @param pod as the API has it, as far as this agent has heard
     * @param status as it should be
     * @param terminated whether nothing of it runs or will
     */
    private record Entry(Pod pod, PodStatus status, boolean terminated) {}

    private final ResourceClient<Pod> pods;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final WorkQueue<String> queue;
    private final Workers<String> workers;

    public StatusManager(ResourceClient<Pod> pods) {
        this.pods = pods;
        this.queue = new WorkQueue<>("pod-status", RETRY, System::nanoTime);
        this.workers = new Workers<>("pod-status", queue, this::sync, IN_FLIGHT);
    }

    public void start() {
        workers.start();
    }

    /** Returns the last status known of the pod, from here or else from the object. */
    public PodStatus current(Pod pod) {
        Entry entry = entries.get(PodSpecs.uid(pod));
        PodStatus status = entry == null ? pod.getStatus() : entry.status();
        return status == null ? new PodStatus() : status;
    }

    /** Takes note of the API's newest object: conditions of others are kept, a deletion is completed. */
    public void observed(Pod pod) {
        String uid = PodSpecs.uid(pod);
        Entry known = entries.get(uid);
        if (known == null || isSameVersion(known.pod(), pod)) {
            return; // most often the echo of the agent's own patch
        }
        entries.computeIfPresent(
                uid, (_, before) -> new Entry(pod, withConditionsOfOthers(before.status(), pod), before.terminated()));
        queue.add(uid);
    }

    /** Sets the status to show. */
    public void set(Pod pod, PodStatus status) {
        String uid = PodSpecs.uid(pod);
        entries.compute(
                uid,
                (_, before) -> new Entry(
                        before == null ? pod : newer(before.pod(), pod),
                        status,
                        before != null && before.terminated()));
        queue.add(uid);
    }

    /** Nothing of the pod runs any more: if it is being deleted its object may go. */
    public void terminated(Pod pod) {
        String uid = PodSpecs.uid(pod);
        entries.compute(
                uid,
                (_, before) -> before == null
                        ? new Entry(pod, current(pod), true)
                        : new Entry(newer(before.pod(), pod), before.status(), true));
        queue.add(uid);
    }

    public void forget(String uid) {
        entries.remove(uid);
    }

    private static boolean isSameVersion(Pod known, Pod other) {
        return Objects.equals(
                known.getMetadata().getResourceVersion(), other.getMetadata().getResourceVersion());
    }

    /**
     * Returns the later of two states of an object; versions can be compared (KEP-5504). An answer may be late, and the
     * informer may have told of a deletion meanwhile.
     */
    private static Pod newer(Pod known, Pod other) {
        return version(other) < version(known) ? known : other;
    }

    private static long version(Pod pod) {
        String version = pod.getMetadata().getResourceVersion();
        return version == null || version.isEmpty() ? 0 : Long.parseUnsignedLong(version);
    }

    private Reconciler.Result sync(String uid) {
        Entry entry = entries.get(uid);
        if (entry == null) {
            return Reconciler.Result.done();
        }
        ObjectKey key = ObjectKey.of(entry.pod());
        try {
            ObjectNode change = change(entry);
            if (!change.isEmpty()) {
                ObjectNode patch = ObjectJson.mapper().createObjectNode();
                patch.putObject("metadata").put("uid", uid);
                patch.set("status", change);
                Pod answer = pods.patch(key, "status", Patch.strategicMerge(patch));
                entries.computeIfPresent(
                        uid, (_, now) -> new Entry(newer(now.pod(), answer), now.status(), now.terminated()));
            }
            Entry now = entries.get(uid);
            if (now != null && now.terminated() && PodSpecs.isBeingDeleted(now.pod())) {
                pods.delete(key, deletion(uid));
                LOG.debug("Pod {} is deleted", key);
            }
        } catch (ApiException e) {
            if (e.isNotFound()) {
                LOG.debug("Pod {} is gone", key);
            } else if (e.isConflict()) {
                LOG.debug("Pod {} has been replaced by another of its name", key);
            } else {
                throw e;
            }
        }
        return Reconciler.Result.done();
    }

    private static DeleteOptions deletion(String uid) {
        return new DeleteOptionsBuilder()
                .withGracePeriodSeconds(0L)
                .withNewPreconditions()
                .withUid(uid)
                .endPreconditions()
                .build();
    }

    private static PodStatus withConditionsOfOthers(PodStatus status, Pod pod) {
        if (pod.getStatus() == null || status.getConditions() == null) {
            return status;
        }
        PodStatus merged = new io.fabric8.kubernetes.api.model.PodStatusBuilder(status).build();
        var conditions = new java.util.ArrayList<>(merged.getConditions());
        conditions.removeIf(condition -> !PodConditions.OWNED.contains(condition.getType()));
        pod.getStatus().getConditions().stream()
                .filter(condition -> !PodConditions.OWNED.contains(condition.getType()))
                .forEach(conditions::add);
        merged.setConditions(conditions);
        return merged;
    }

    /** Returns the strategic merge patch from the object's status to the one wanted; empty if they are the same. */
    private static ObjectNode change(Entry entry) {
        if (entry.status().equals(entry.pod().getStatus())) {
            return ObjectJson.mapper().createObjectNode();
        }
        JsonNode before = ObjectJson.mapper()
                .valueToTree(Optional.ofNullable(entry.pod().getStatus()).orElseGet(PodStatus::new));
        JsonNode now = ObjectJson.mapper().valueToTree(entry.status());
        ObjectNode change = ObjectJson.mapper().createObjectNode();
        for (Map.Entry<String, JsonNode> field : now.properties()) {
            JsonNode old = before.path(field.getKey());
            if (isNothing(field.getValue()) && isNothing(old)) {
                continue;
            }
            if (!field.getValue().equals(old)
                    && !(field.getKey().equals("conditions") && sameOwned(old, field.getValue()))) {
                change.set(field.getKey(), toSend(field.getKey(), old, field.getValue()));
            }
        }
        for (Iterator<String> names = before.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (isOurs(name) && !now.has(name) && !isNothing(before.get(name))) {
                change.putNull(name);
            }
        }
        return change;
    }

    /**
     * Lists that strategic merge joins by key are replaced where an element may have gone. Conditions are joined by type:
     * only those of the kubelet are sent, with null for what they no longer say.
     */
    private static JsonNode toSend(String name, JsonNode old, JsonNode now) {
        if (name.equals("conditions")) {
            ArrayNode owned = ObjectJson.mapper().createArrayNode();
            for (JsonNode condition : now) {
                if (PodConditions.OWNED.contains(condition.path("type").asText())) {
                    ObjectNode whole = owned.addObject();
                    whole.putNull("reason").putNull("message");
                    whole.setAll((ObjectNode) condition);
                }
            }
            return owned;
        }
        boolean joined = name.equals("podIPs") || name.equals("hostIPs");
        if (!joined || isNothing(old)) {
            return now;
        }
        ArrayNode replacing = ObjectJson.mapper().createArrayNode();
        replacing.addObject().put("$patch", "replace");
        now.forEach(replacing::add);
        return replacing;
    }

    private static boolean sameOwned(JsonNode old, JsonNode now) {
        return owned(old).equals(owned(now));
    }

    private static Map<String, JsonNode> owned(JsonNode conditions) {
        Map<String, JsonNode> owned = new HashMap<>();
        for (JsonNode condition : conditions) {
            String type = condition.path("type").asText();
            if (PodConditions.OWNED.contains(type)) {
                ObjectNode said = condition.deepCopy();
                said.remove("lastProbeTime");
                owned.put(type, said);
            }
        }
        return owned;
    }

    private static boolean isOurs(String name) {
        return switch (name) {
            case "nominatedNodeName", "resize", "resourceClaimStatuses", "ephemeralContainerStatuses" -> false;
            default -> true;
        };
    }

    private static boolean isNothing(JsonNode value) {
        return value.isMissingNode() || value.isNull() || (value.isContainerNode() && value.isEmpty());
    }

    @Override
    public void close() {
        workers.close();
        queue.close();
    }
}
