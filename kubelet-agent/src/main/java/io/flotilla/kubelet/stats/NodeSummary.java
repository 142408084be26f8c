package io.flotilla.kubelet.stats;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriLabels;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.proto.cri.ContainerStats;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** The summary of stats/v1alpha1: the node, its pods and their containers. */
public final class NodeSummary {
    private final String nodeName;
    private final Path root;
    private final Cri cri;
    private final Clock clock;
    private final Instant started;
    private final Rates rates = new Rates();

    public NodeSummary(String nodeName, Path root, Cri cri, Clock clock) {
        this.nodeName = nodeName;
        this.root = root;
        this.cri = cri;
        this.clock = clock;
        this.started = clock.instant();
    }

    /** Returns the summary as JSON. */
    public byte[] now() {
        ObjectNode summary = ObjectJson.mapper().createObjectNode();
        node(summary.putObject("node"));
        ArrayNode pods = summary.putArray("pods");
        Map<String, ObjectNode> byUid = new LinkedHashMap<>();
        for (ContainerStats stats : cri.stats()) {
            Map<String, String> labels = stats.getAttributes().getLabelsMap();
            String uid = labels.getOrDefault(CriLabels.POD_UID, "");
            if (uid.isEmpty()) {
                continue;
            }
            ObjectNode pod = byUid.computeIfAbsent(uid, _ -> pod(pods.addObject(), labels, uid));
            container(pod.withArrayProperty("containers").addObject(), stats);
        }
        byUid.values().forEach(NodeSummary::sum);
        return ObjectJson.write(summary);
    }

    private ObjectNode pod(ObjectNode pod, Map<String, String> labels, String uid) {
        pod.putObject("podRef")
                .put("name", labels.getOrDefault(CriLabels.POD_NAME, ""))
                .put("namespace", labels.getOrDefault(CriLabels.POD_NAMESPACE, ""))
                .put("uid", uid);
        pod.put("startTime", stamp(started));
        return pod;
    }

    private void container(ObjectNode container, ContainerStats stats) {
        container.put("name", stats.getAttributes().getLabelsOrDefault(CriLabels.CONTAINER_NAME, ""));
        container.put("startTime", stamp(started));
        long used = stats.getCpu().getUsageCoreNanoSeconds().getValue();
        long rate = stats.getCpu().hasUsageNanoCores()
                ? stats.getCpu().getUsageNanoCores().getValue()
                : rates.perSecond(stats.getAttributes().getId(), used, clock.instant());
        container
                .putObject("cpu")
                .put("time", stamp(clock.instant()))
                .put("usageNanoCores", rate)
                .put("usageCoreNanoSeconds", used);
        ObjectNode memory = container.putObject("memory").put("time", stamp(clock.instant()));
        memory.put("usageBytes", stats.getMemory().getUsageBytes().getValue());
        memory.put("workingSetBytes", stats.getMemory().getWorkingSetBytes().getValue());
        memory.put("rssBytes", stats.getMemory().getRssBytes().getValue());
    }

    private static void sum(ObjectNode pod) {
        long cores = 0;
        long seconds = 0;
        long usage = 0;
        long working = 0;
        for (var container : pod.path("containers")) {
            cores += container.path("cpu").path("usageNanoCores").asLong();
            seconds += container.path("cpu").path("usageCoreNanoSeconds").asLong();
            usage += container.path("memory").path("usageBytes").asLong();
            working += container.path("memory").path("workingSetBytes").asLong();
        }
        String time = pod.path("containers").path(0).path("cpu").path("time").asText();
        pod.putObject("cpu").put("time", time).put("usageNanoCores", cores).put("usageCoreNanoSeconds", seconds);
        pod.putObject("memory").put("time", time).put("usageBytes", usage).put("workingSetBytes", working);
    }

    private void node(ObjectNode node) {
        Instant now = clock.instant();
        node.put("nodeName", nodeName).put("startTime", stamp(started));
        long busy = ProcFiles.busyNanos();
        node.putObject("cpu")
                .put("time", stamp(now))
                .put("usageNanoCores", rates.perSecond("node", busy, now))
                .put("usageCoreNanoSeconds", busy);
        long total = ProcFiles.memory("MemTotal");
        long available = ProcFiles.memory("MemAvailable");
        node.putObject("memory")
                .put("time", stamp(now))
                .put("availableBytes", available)
                .put("usageBytes", total - ProcFiles.memory("MemFree"))
                .put("workingSetBytes", total - available);
        try {
            FileStore store = Files.getFileStore(root);
            node.putObject("fs")
                    .put("time", stamp(now))
                    .put("availableBytes", store.getUsableSpace())
                    .put("capacityBytes", store.getTotalSpace())
                    .put("usedBytes", store.getTotalSpace() - store.getUnallocatedSpace());
        } catch (IOException _) {
            node.remove("fs");
        }
    }

    private static String stamp(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
