package io.flotilla.apiserver.table;

import static io.flotilla.apiserver.table.Cells.NONE;
import static io.flotilla.apiserver.table.Cells.isTrue;
import static io.flotilla.apiserver.table.Cells.number;
import static io.flotilla.apiserver.table.Cells.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Pods: what a pod is doing, in one word, out of the states of its containers. */
final class PodCells implements Cells {

    /** What is found while going through the containers. */
    private static final class Findings {
        private String reason;
        private int ready;
        private int total;
        private long restarts;
        private long sidecarRestarts;
        private JsonNode lastRestart = NO_TIME;
        private JsonNode lastSidecarRestart = NO_TIME;

        private Findings(String reason) {
            this.reason = reason;
        }
    }

    private static final JsonNode NO_TIME = TextNode.valueOf("");

    @Override
    public List<Object> of(JsonNode pod, Ages ages) {
        JsonNode spec = pod.path("spec");
        JsonNode status = pod.path("status");
        Findings findings = new Findings(text(status, "reason", text(status, "phase")));
        for (JsonNode condition : status.path("conditions")) {
            if (text(condition, "type").equals("PodScheduled")
                    && text(condition, "reason").equals("SchedulingGated")) {
                findings.reason = "SchedulingGated";
            }
        }
        Set<String> sidecars = new HashSet<>();
        for (JsonNode container : spec.path("initContainers")) {
            if (text(container, "restartPolicy").equals("Always")) {
                sidecars.add(text(container, "name"));
            }
        }
        findings.total = spec.path("containers").size() + sidecars.size();
        boolean initializing = initContainers(spec, status, sidecars, findings);
        if (!initializing || isTrue(pod, "Initialized")) {
            containers(pod, findings);
        }
        if (Cells.deleting(pod)) {
            String phase = text(status, "phase");
            if (text(status, "reason").equals("NodeLost")) {
                findings.reason = "Unknown";
            } else if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
                findings.reason = "Terminating";
            }
        }
        String restarts = Long.toString(findings.restarts);
        if (findings.restarts != 0 && !findings.lastRestart.asText("").isEmpty()) {
            restarts += " (" + ages.since(findings.lastRestart) + " ago)";
        }
        return List.of(
                Cells.name(pod),
                findings.ready + "/" + findings.total,
                findings.reason,
                restarts,
                ages.age(pod),
                text(status.path("podIPs").path(0), "ip", text(status, "podIP", NONE)),
                text(spec, "nodeName", NONE),
                text(status, "nominatedNodeName", NONE),
                readinessGates(pod));
    }

    /** Returns whether the pod is still initializing. */
    private static boolean initContainers(JsonNode spec, JsonNode status, Set<String> sidecars, Findings findings) {
        int index = 0;
        for (JsonNode container : status.path("initContainerStatuses")) {
            boolean sidecar = sidecars.contains(text(container, "name"));
            countRestarts(container, findings, sidecar);
            JsonNode terminated = container.path("state").path("terminated");
            JsonNode waiting = container.path("state").path("waiting");
            if (terminated.isObject() && number(terminated, "exitCode") == 0) {
                index++;
                continue;
            }
            if (sidecar && container.path("started").asBoolean()) {
                findings.ready += container.path("ready").asBoolean() ? 1 : 0;
                index++;
                continue;
            }
            String waitingReason = text(waiting, "reason");
            if (terminated.isObject()) {
                findings.reason = "Init:" + terminationReason(terminated);
            } else if (!waitingReason.isEmpty() && !waitingReason.equals("PodInitializing")) {
                findings.reason = "Init:" + waitingReason;
            } else {
                findings.reason =
                        "Init:" + index + "/" + spec.path("initContainers").size();
            }
            return true;
        }
        return false;
    }

    private static void containers(JsonNode pod, Findings findings) {
        findings.restarts = findings.sidecarRestarts;
        findings.lastRestart = findings.lastSidecarRestart;
        boolean hasRunning = false;
        JsonNode statuses = pod.path("status").path("containerStatuses");
        for (int i = statuses.size() - 1; i >= 0; i--) {
            JsonNode container = statuses.get(i);
            countRestarts(container, findings, false);
            JsonNode state = container.path("state");
            String waiting = text(state.path("waiting"), "reason");
            if (!waiting.isEmpty()) {
                findings.reason = waiting;
            } else if (state.path("terminated").isObject()) {
                findings.reason = terminationReason(state.path("terminated"));
            } else if (container.path("ready").asBoolean()
                    && state.path("running").isObject()) {
                hasRunning = true;
                findings.ready++;
            }
        }
        if (findings.reason.equals("Completed") && hasRunning) {
            findings.reason = isTrue(pod, "Ready") ? "Running" : "NotReady";
        }
    }

    private static String terminationReason(JsonNode terminated) {
        String reason = text(terminated, "reason");
        if (!reason.isEmpty()) {
            return reason;
        }
        long signal = number(terminated, "signal");
        return signal != 0 ? "Signal:" + signal : "ExitCode:" + number(terminated, "exitCode");
    }

    private static void countRestarts(JsonNode container, Findings findings, boolean sidecar) {
        long restarts = number(container, "restartCount");
        JsonNode finished = container.path("lastState").path("terminated").path("finishedAt");
        findings.restarts += restarts;
        findings.lastRestart = later(findings.lastRestart, finished);
        if (sidecar) {
            findings.sidecarRestarts += restarts;
            findings.lastSidecarRestart = later(findings.lastSidecarRestart, finished);
        }
    }

    /** Canonical times sort as texts. */
    private static JsonNode later(JsonNode one, JsonNode other) {
        return other.isTextual() && other.textValue().compareTo(one.asText("")) > 0 ? other : one;
    }

    private static String readinessGates(JsonNode pod) {
        JsonNode gates = pod.path("spec").path("readinessGates");
        if (gates.isEmpty()) {
            return NONE;
        }
        long open = Cells.texts(gates, "conditionType").stream()
                .filter(type -> isTrue(pod, type))
                .count();
        return open + "/" + gates.size();
    }
}
