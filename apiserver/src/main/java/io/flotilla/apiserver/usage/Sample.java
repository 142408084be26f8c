package io.flotilla.apiserver.usage;

import io.flotilla.proto.node.ContainerUsage;
import io.flotilla.proto.node.UsageReply;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The counters of a node and of what ran on it at a moment.
 *
 * @param pods containers by name, of each pod by {@code namespace/name}
 */
record Sample(Counter node, Map<String, Map<String, Counter>> pods) {

    static Sample of(UsageReply reply) {
        Map<String, Map<String, Counter>> pods = new HashMap<>();
        for (ContainerUsage each : reply.getContainersList()) {
            pods.computeIfAbsent(each.getNamespace() + "/" + each.getPod(), _ -> new TreeMap<>())
                    .put(each.getContainer(), Counter.of(each.getId(), each.getUsage()));
        }
        return new Sample(Counter.of("", reply.getNode()), pods);
    }
}
