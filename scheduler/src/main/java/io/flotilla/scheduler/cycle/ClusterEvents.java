package io.flotilla.scheduler.cycle;

import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.ClusterEvent.Kind;
import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.queue.SchedulingQueue;
import io.flotilla.scheduler.snapshot.Cache;

/** Brings what the informers tell into cache and queue. The cache hears first: whoever is woken must see the change. */
public final class ClusterEvents {
    private final Cache cache;
    private final SchedulingQueue queue;
    private final String schedulerName;

    public ClusterEvents(Cache cache, SchedulingQueue queue, String schedulerName) {
        this.cache = cache;
        this.queue = queue;
        this.schedulerName = schedulerName;
    }

    public EventHandler<PodInfo> pods() {
        return new EventHandler<>() {
            @Override
            public void onAdd(PodInfo pod) {
                if (pod.finished()) {
                    return;
                }
                if (!pod.nodeName().isEmpty()) {
                    assigned(pod);
                } else if (pod.spec().schedulerName().equals(schedulerName)) {
                    queue.add(pod);
                }
            }

            @Override
            public void onUpdate(PodInfo before, PodInfo now) {
                if (now.finished()) {
                    if (!before.finished()) {
                        onDelete(before);
                    }
                } else if (now.nodeName().isEmpty()) {
                    queue.update(before, now);
                } else if (before.nodeName().isEmpty()) {
                    queue.delete(now);
                    assigned(now);
                } else {
                    cache.putPod(now);
                    if (!before.spec().equals(now.spec())) {
                        queue.happened(ClusterEvent.ofPod(Kind.ASSIGNED_POD_UPDATE, before, now));
                    }
                }
            }

            @Override
            public void onDelete(PodInfo last) {
                queue.delete(last);
                boolean counted = cache.removePod(last);
                if (counted && !last.nodeName().isEmpty()) {
                    queue.happened(ClusterEvent.ofPod(Kind.ASSIGNED_POD_DELETE, last, null));
                }
            }
        };
    }

    private void assigned(PodInfo pod) {
        cache.putPod(pod);
        queue.happened(ClusterEvent.ofPod(Kind.ASSIGNED_POD_ADD, null, pod));
    }

    public EventHandler<NodeFacts> nodes() {
        return new EventHandler<>() {
            @Override
            public void onAdd(NodeFacts node) {
                cache.putNode(node);
                queue.happened(ClusterEvent.ofNode(Kind.NODE_ADD, null, node));
            }

            @Override
            public void onUpdate(NodeFacts before, NodeFacts now) {
                boolean room =
                        !before.allocatable().equals(now.allocatable()) || before.allowedPods() != now.allowedPods();
                boolean labels = !before.labels().equals(now.labels());
                boolean taints = !before.taints().equals(now.taints()) || before.unschedulable() != now.unschedulable();
                if (room || labels || taints || !before.images().equals(now.images())) {
                    cache.putNode(now);
                }
                if (room) {
                    queue.happened(ClusterEvent.ofNode(Kind.NODE_ALLOCATABLE, before, now));
                }
                if (labels) {
                    queue.happened(ClusterEvent.ofNode(Kind.NODE_LABEL, before, now));
                }
                if (taints) {
                    queue.happened(ClusterEvent.ofNode(Kind.NODE_TAINT, before, now));
                }
            }

            @Override
            public void onDelete(NodeFacts last) {
                cache.removeNode(last.name());
                queue.happened(ClusterEvent.ofNode(Kind.NODE_DELETE, last, null));
            }
        };
    }
}
