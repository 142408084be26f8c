package io.flotilla.kubelet.log;

import io.flotilla.kubelet.container.PodDirectories;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriLabels;
import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerState;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Finds the logs of what runs. */
public final class RunningLogs {
    private RunningLogs() {}

    /** Returns the logs of running containers, by container ID. */
    public static Map<String, Path> of(Cri cri, PodDirectories directories) {
        Map<String, Path> logs = new HashMap<>();
        for (Container container : cri.containers(Map.of())) {
            if (container.getState() != ContainerState.CONTAINER_RUNNING) {
                continue;
            }
            Map<String, String> labels = container.getLabelsMap();
            String restarts = container.getAnnotationsOrDefault(CriLabels.RESTART_COUNT, "0");
            logs.put(
                    container.getId(),
                    directories
                            .logs(
                                    labels.getOrDefault(CriLabels.POD_NAMESPACE, ""),
                                    labels.getOrDefault(CriLabels.POD_NAME, ""),
                                    labels.getOrDefault(CriLabels.POD_UID, ""))
                            .resolve(labels.getOrDefault(CriLabels.CONTAINER_NAME, ""))
                            .resolve(restarts + ".log"));
        }
        return logs;
    }
}
