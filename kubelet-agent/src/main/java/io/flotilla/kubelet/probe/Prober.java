package io.flotilla.kubelet.probe;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;

/** Carries out one attempt of a probe; blocks for no longer than the probe's timeout. */
@FunctionalInterface
public interface Prober {

    Outcome attempt(Probe probe, Container container, String containerId, String podIp);
}
