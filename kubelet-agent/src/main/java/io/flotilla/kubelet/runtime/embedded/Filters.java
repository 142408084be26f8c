package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerFilter;
import io.flotilla.proto.cri.ContainerStatsFilter;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxFilter;
import io.flotilla.proto.cri.PodSandboxStatsFilter;
import java.util.Map;

/** CRI's list filters; an empty field matches everything, an id matches by prefix. */
final class Filters {

    private Filters() {}

    static boolean matches(PodSandboxFilter filter, PodSandbox sandbox) {
        return sandbox.getId().startsWith(filter.getId())
                && (!filter.hasState() || filter.getState().getState() == sandbox.getState())
                && hasLabels(sandbox.getLabelsMap(), filter.getLabelSelectorMap());
    }

    static boolean matches(ContainerFilter filter, Container container) {
        return container.getId().startsWith(filter.getId())
                && container.getPodSandboxId().startsWith(filter.getPodSandboxId())
                && (!filter.hasState() || filter.getState().getState() == container.getState())
                && hasLabels(container.getLabelsMap(), filter.getLabelSelectorMap());
    }

    static boolean matches(ContainerStatsFilter filter, Container container) {
        return container.getId().startsWith(filter.getId())
                && container.getPodSandboxId().startsWith(filter.getPodSandboxId())
                && hasLabels(container.getLabelsMap(), filter.getLabelSelectorMap());
    }

    static boolean matches(PodSandboxStatsFilter filter, PodSandbox sandbox) {
        return sandbox.getId().startsWith(filter.getId())
                && hasLabels(sandbox.getLabelsMap(), filter.getLabelSelectorMap());
    }

    private static boolean hasLabels(Map<String, String> labels, Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }
}
