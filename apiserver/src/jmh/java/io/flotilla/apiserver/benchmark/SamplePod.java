package io.flotilla.apiserver.benchmark;

import java.nio.charset.StandardCharsets;

/** A pod of 1.5 KB, as a Deployment makes them. */
public final class SamplePod {
    private static final String TEXT = """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-6d4cf56db6-x%d","generateName":"web-6d4cf56db6-",
            "namespace":"default","uid":"0c1a2f7e-7f0e-4b8e-9d3b-%012d","creationTimestamp":"2026-01-02T03:04:05Z",
            "labels":{"app":"web","pod-template-hash":"6d4cf56db6"},"annotations":{"example.com/team":"blue"},
            "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-6d4cf56db6",
            "uid":"8b1d7a52-3c64-4f5c-a2c8-2a3f0f7f9c11","controller":true,"blockOwnerDeletion":true}]},
            "spec":{"containers":[{"name":"web","image":"nginx:1.27","ports":[{"name":"http","containerPort":80,
            "protocol":"TCP"}],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"resources":{"limits":
            {"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"250m","memory":"64Mi"}},"volumeMounts":[{"name":"data",
            "mountPath":"/data"}],"livenessProbe":{"httpGet":{"path":"/healthz","port":"http","scheme":"HTTP"},
            "timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
            "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
            "imagePullPolicy":"IfNotPresent"}],"volumes":[{"name":"data","emptyDir":{}}],"restartPolicy":"Always",
            "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default",
            "nodeName":"node-1","securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":
            "node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
            "enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},"status":{"phase":"Pending",
            "qosClass":"Burstable"}}
            """;

    private SamplePod() {}

    /** The pod's JSON, compact; the number makes it another pod. */
    public static String text(int number) {
        return TEXT.replace("\n", "").formatted(number, number);
    }

    public static byte[] json(int number) {
        return text(number).getBytes(StandardCharsets.UTF_8);
    }
}
