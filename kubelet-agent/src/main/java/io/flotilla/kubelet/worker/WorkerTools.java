package io.flotilla.kubelet.worker;

import io.flotilla.kubelet.admission.Admission;
import io.flotilla.kubelet.backoff.CrashBackoff;
import io.flotilla.kubelet.container.ContainerKiller;
import io.flotilla.kubelet.container.ContainerStarter;
import io.flotilla.kubelet.container.PodDirectories;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.image.ImageManager;
import io.flotilla.kubelet.probe.PodProbes;
import io.flotilla.kubelet.reference.WatchedReferences;
import io.flotilla.kubelet.status.PodStatuses;
import io.flotilla.kubelet.status.StatusManager;
import io.flotilla.kubelet.timer.Timers;
import io.flotilla.kubelet.volume.VolumeManager;
import io.flotilla.machinery.event.EventRecorder;
import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * What the workers of a node share.
 *
 * @param steps runs what may wait long: a thread for each task
 */
public record WorkerTools(
        Cri cri,
        ContainerStarter starter,
        ContainerKiller killer,
        ImageManager images,
        VolumeManager volumes,
        WatchedReferences references,
        PodStatuses statuses,
        StatusManager statusManager,
        Admission admission,
        CrashBackoff backoff,
        PodProbes.Tools probes,
        PodDirectories directories,
        EventRecorder events,
        Timers timers,
        Executor steps,
        Clock clock) {}
