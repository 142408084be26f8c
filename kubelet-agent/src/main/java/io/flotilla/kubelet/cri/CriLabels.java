package io.flotilla.kubelet.cri;

/** Labels and annotations that the kubelet puts on sandboxes and containers, by Kubernetes' names. */
public final class CriLabels {
    public static final String POD_NAME = "io.kubernetes.pod.name";
    public static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
    public static final String POD_UID = "io.kubernetes.pod.uid";
    public static final String CONTAINER_NAME = "io.kubernetes.container.name";

    public static final String HASH = "io.kubernetes.container.hash";
    public static final String RESTART_COUNT = "io.kubernetes.container.restartCount";
    public static final String TERMINATION_MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";
    public static final String TERMINATION_MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";
    public static final String PRE_STOP = "io.kubernetes.container.preStopHandler";
    public static final String POD_GRACE_PERIOD = "io.kubernetes.pod.terminationGracePeriod";

    private CriLabels() {}
}
