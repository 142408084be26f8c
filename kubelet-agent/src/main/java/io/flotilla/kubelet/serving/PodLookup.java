package io.flotilla.kubelet.serving;

import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.cri.SandboxView;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.proto.node.ContainerRef;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Finds what requests are about; its errors carry the kubelet's texts. */
final class PodLookup {
    private final Lister<Pod> pods;
    private final Cri cri;

    PodLookup(Lister<Pod> pods, Cri cri) {
        this.pods = pods;
        this.cri = cri;
    }

    Pod pod(String namespace, String name, String uid) {
        return pods.get(new ObjectKey(namespace, name))
                .filter(pod -> uid.isEmpty() || uid.equals(pod.getMetadata().getUid()))
                .orElseThrow(() -> notFound("pod \"" + name + "\" not found"));
    }

    PodView view(Pod pod) {
        return cri.pod(
                pod.getMetadata().getUid(),
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName());
    }

    ContainerView running(ContainerRef reference) {
        Pod pod = pod(reference.getNamespace(), reference.getPod(), reference.getUid());
        return view(pod)
                .newest(reference.getContainer())
                .filter(ContainerView::isRunning)
                .orElseThrow(() -> notFound("container not found (\"" + reference.getContainer() + "\")"));
    }

    SandboxView sandbox(String namespace, String name, String uid) {
        Pod pod = pod(namespace, name, uid);
        return view(pod)
                .readySandbox()
                .orElseThrow(() ->
                        notFound("failed to find sandbox for pod: pod not found (\"" + name + "_" + namespace + "\")"));
    }

    static StatusRuntimeException notFound(String text) {
        return Status.NOT_FOUND.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException invalid(String text) {
        return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
    }
}
