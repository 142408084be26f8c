package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.PreScore;
import io.flotilla.scheduler.framework.Score;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Prefers nodes that have the pod's images already. An image counts the less, the fewer nodes have it, so that pods do not
 * heap up on the only node that has pulled it.
 */
final class ImageLocality implements PreScore, Score {
    private static final long MEGABYTE = 1024 * 1024;
    private static final long NONE_BELOW = 23 * MEGABYTE;
    private static final long FULL_FROM_PER_CONTAINER = 1000 * MEGABYTE;
    private static final CycleState.Key<Images> IMAGES = new CycleState.Key<>(Images.class);

    private record Image(String name, double spread) {}

    private record Images(List<Image> known, int count) {}

    @Override
    public String name() {
        return "ImageLocality";
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Snapshot snapshot, List<NodeInfo> feasible) {
        List<Image> known = new ArrayList<>();
        for (String image : pod.spec().images()) {
            String name = normalized(image);
            int nodes = snapshot.nodesWithImage(name);
            if (nodes > 0) {
                known.add(new Image(name, (double) nodes / snapshot.nodes().size()));
            }
        }
        if (known.isEmpty()) {
            return Status.SKIP;
        }
        state.put(IMAGES, new Images(known, pod.spec().images().size()));
        return Status.SUCCESS;
    }

    /** Adds the tag that an image name without one stands for. */
    private static String normalized(String image) {
        return image.lastIndexOf(':') <= image.lastIndexOf('/') ? image + ":latest" : image;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        Images images = state.require(IMAGES);
        long sum = 0;
        for (Image image : images.known()) {
            Long size = node.node().images().get(image.name());
            if (size != null) {
                sum += (long) (size * image.spread());
            }
        }
        long full = FULL_FROM_PER_CONTAINER * images.count();
        long counted = Math.clamp(sum, NONE_BELOW, full);
        return MAX * (counted - NONE_BELOW) / (full - NONE_BELOW);
    }
}
