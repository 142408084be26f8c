package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTest {
    private static final String GOOD =
            "{metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}";

    private final Kind pods = new Kind("", "v1", "pods");

    private static String pod(String spec) {
        return "{spec: {containers: [{name: 'c', image: 'nginx'}], " + spec + "}}";
    }

    private static String container(String fields) {
        return "{spec: {containers: [{name: 'c', image: 'nginx', " + fields + "}]}}";
    }

    @Test
    void a_good_pod_is_pending_with_its_quality_of_service() {
        assertThat(pods.refusals(GOOD)).isEmpty();
        ObjectNode pod = pods.prepared("{status: {phase: 'Running'}, spec: {containers: [{name: 'c', image: 'nginx',"
                + " resources: {limits: {cpu: '1', memory: '1Gi'}}}]}}");
        assertThat(pod.at("/status/phase").asText()).isEqualTo("Pending");
        assertThat(pod.at("/status/qosClass").asText()).isEqualTo("Guaranteed");
        assertThat(pods.prepared(GOOD).at("/status/qosClass").asText()).isEqualTo("BestEffort");
        assertThat(pod.at("/metadata/generation").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {spec: {}}                                                | spec.containers: Required value
            {spec: {containers: [{name: 'c'}]}}                       | spec.containers[0].image: Required value
            {spec: {containers: [{image: 'i'}]}}                      | spec.containers[0].name: Required value
            {spec: {containers: [{name: 'c', image: ' i'}]}}          | spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace
            {spec: {containers: [{name: 'c', image: 'i'}, {name: 'c', image: 'i'}]}} | spec.containers[1].name: Duplicate value: "c"
            {spec: {containers: [{name: 'a.b', image: 'i'}]}}         | spec.containers[0].name: Invalid value: "a.b": must not contain dots
            {spec: {restartPolicy: 'Maybe', containers: [{name: 'c', image: 'i'}]}} | spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"
            """)
    void refuses_bad_pods(String text, String finding) {
        assertThat(pods.refusals(text)).containsExactly(finding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            imagePullPolicy: 'Often'                     | spec.containers[0].imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"
            ports: [{containerPort: 70000}]              | spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive
            ports: [{containerPort: 80, protocol: 'X'}]  | spec.containers[0].ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"
            ports: [{containerPort: 80, name: 'Web'}]    | spec.containers[0].ports[0].name: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)
            volumeMounts: [{name: 'v', mountPath: '/v'}] | spec.containers[0].volumeMounts[0].name: Not found: "v"
            env: [{name: ''}]                            | spec.containers[0].env[0].name: Required value
            env: [{name: 'A=B'}]                         | spec.containers[0].env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='
            env: [{name: 'A', valueFrom: {}}]            | spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`
            env: [{name: 'A', valueFrom: {fieldRef: {fieldPath: 'spec.foo'}}}] | spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo
            env: [{name: 'A', valueFrom: {fieldRef: {fieldPath: 'status.phase'}}}] | spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"
            resources: {requests: {cpu: '2'}, limits: {cpu: '1'}} | spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1
            resources: {limits: {cpu: '-1'}}             | spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0
            resources: {limits: {foo: '1'}}              | spec.containers[0].resources.limits[foo]: Invalid value: "foo": must be a standard resource type or fully qualified
            livenessProbe: {}                            | spec.containers[0].livenessProbe: Required value: must specify a handler type
            livenessProbe: {exec: {command: ['x']}, successThreshold: 2} | spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1
            livenessProbe: {tcpSocket: {port: 0}}        | spec.containers[0].livenessProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive
            readinessProbe: {exec: {command: ['x']}, terminationGracePeriodSeconds: 3} | spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 3: must not be set for readinessProbes
            lifecycle: {preStop: {exec: {}}}             | spec.containers[0].lifecycle.preStop.exec.command: Required value
            lifecycle: {preStop: {sleep: {seconds: 31}}} | spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)
            securityContext: {runAsUser: -1}             | spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 4294967295, inclusive
            """)
    void refuses_bad_containers(String fields, String finding) {
        assertThat(pods.refusals(container(fields))).contains(finding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            volumes: [{name: 'v', configMap: {}}]          | spec.volumes[0].configMap.name: Required value
            volumes: [{name: 'v', hostPath: {path: '/a/../b'}}] | spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain '..'
            volumes: [{name: 'v', secret: {secretName: 's', defaultMode: 512}}] | spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive
            volumes: [{name: 'v', emptyDir: {}, hostPath: {path: '/x'}}] | spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type
            tolerations: [{operator: 'Equal'}]             | spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"
            tolerations: [{key: 'k', operator: 'Sometimes'}] | spec.tolerations[0].operator: Unsupported value: "Sometimes": supported values: "Equal", "Exists"
            nodeSelector: {'a b': 'c'}                     | spec.nodeSelector: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            dnsPolicy: 'None'                              | spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None
            activeDeadlineSeconds: 0                       | spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive
            topologySpreadConstraints: [{maxSkew: 0, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule'}] | spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero
            affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}} | spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term
            ephemeralContainers: [{name: 'd', image: 'i'}] | spec.ephemeralContainers: Forbidden: cannot be set on create
            initContainers: [{name: 'c', image: 'i'}]      | spec.initContainers[0].name: Duplicate value: "c"
            os: {name: 'plan9'}                            | spec.os: Unsupported value: "plan9": supported values: "linux", "windows"
            """)
    void refuses_bad_specs(String fields, String finding) {
        assertThat(pods.refusals(pod(fields))).contains(finding);
    }

    @Test
    void an_update_may_change_the_image_and_little_else() {
        assertThat(pods.updateRefusals(GOOD.replace("nginx", "nginx:1"), GOOD.replace("nginx", "nginx:2")))
                .isEmpty();
        assertThat(pods.updateRefusals(GOOD, pod("hostname: 'h'")))
                .singleElement()
                .asString()
                .startsWith(
                        "spec: Forbidden: pod updates may not change fields other than"
                                + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
                                + "`spec.tolerations` (only additions to existing tolerations),"
                                + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n")
                .contains("+ \tHostname: \"h\"");
        assertThat(pods.updateRefusals(
                        GOOD, "{spec: {containers: [{name: 'c', image: 'i'}, {name: 'd', image: 'i'}]}}"))
                .containsExactly("spec.containers: Forbidden: pod updates may not add or remove containers");
    }

    @Test
    void immutable_metadata_stay() {
        assertThat(pods.updateRefusals(GOOD, GOOD.replace("{labels", "{uid: 'other', labels")))
                .isEmpty();
        ObjectNode old = pods.stored(GOOD);
        ObjectNode now = old.deepCopy();
        ((ObjectNode) now.get("metadata")).put("uid", "other");
        assertThat(Kind.told(pods.strategy().validateUpdate(pods.context("it"), now, old)))
                .containsExactly("metadata.uid: Invalid value: \"other\": field is immutable");
    }

    @Test
    void a_pod_that_never_ran_ends_at_once() {
        ObjectNode pod = pods.stored(GOOD);
        assertThat(pods.strategy().defaultGracePeriodSeconds(pods.context("it"), pod))
                .isZero();
        ((ObjectNode) pod.get("spec")).put("nodeName", "n");
        assertThat(pods.strategy().defaultGracePeriodSeconds(pods.context("it"), pod))
                .isEqualTo(30);
        ((ObjectNode) pod.get("status")).put("phase", "Succeeded");
        assertThat(pods.strategy().defaultGracePeriodSeconds(pods.context("it"), pod))
                .isZero();
    }

    @Test
    void admission_gives_account_priority_and_tolerations() {
        pods.store.create(
                new Kind("", "v1", "serviceaccounts").resource(),
                Kind.parse("{metadata: {name: 'default', namespace: 'default'}}"));
        ObjectNode pod = pods.admitted(GOOD);
        assertThat(pod.at("/spec/serviceAccountName").asText()).isEqualTo("default");
        String volume = pod.at("/spec/volumes/0/name").asText();
        assertThat(volume).matches("kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(pod.at("/spec/containers/0/volumeMounts/0/name").asText()).isEqualTo(volume);
        assertThat(pod.at("/spec/containers/0/volumeMounts/0/mountPath").asText())
                .isEqualTo("/var/run/secrets/kubernetes.io/serviceaccount");
        assertThat(pod.at("/spec/tolerations")).hasSize(2);
        assertThat(pod.at("/spec/priority").asInt(-1)).isZero();
        assertThat(pod.at("/spec/preemptionPolicy").asText()).isEqualTo("PreemptLowerPriority");
        assertThat(Kind.told(pods.strategy().validate(pods.context(""), pod))).isEmpty();
    }

    @Test
    void a_missing_account_or_class_is_told() {
        assertThatThrownBy(() -> pods.admitted(pod("serviceAccountName: 'robot'")))
                .isInstanceOf(StatusException.class)
                .hasMessage("pods \"it\" is forbidden: error looking up service account default/robot: serviceaccount"
                        + " \"robot\" not found");
    }

    @Test
    void a_pod_is_bound_once() {
        pods.created(GOOD);
        ObjectNode binding = Kind.parse("{metadata: {name: 'it'}, target: {kind: 'Node', name: 'n1'}}");
        assertThat(pods.handler("binding")
                        .create(pods.context("it"), binding)
                        .path("status")
                        .asText())
                .isEqualTo("Success");
        ObjectNode bound = pods.store.get(pods.resource(), "default", "it").orElseThrow();
        assertThat(bound.at("/spec/nodeName").asText()).isEqualTo("n1");
        assertThat(bound.at("/status/conditions/0/type").asText()).isEqualTo("PodScheduled");
        assertThatThrownBy(() -> pods.handler("binding").create(pods.context("it"), binding))
                .isInstanceOf(StatusException.class)
                .hasMessage("Operation cannot be fulfilled on pods/binding \"it\": pod it is already assigned to node"
                        + " \"n1\"");
    }

    @Test
    void eviction_spends_the_budget_and_no_more() {
        ObjectNode pod = pods.created(GOOD);
        pods.store.update(pods.resource(), "default", "it", each -> {
            ((ObjectNode) each.get("spec")).put("nodeName", "n");
            ((ObjectNode) each.get("status")).put("phase", "Running");
            return each;
        });
        Kind budgets = new Kind("policy", "v1", "poddisruptionbudgets");
        pods.store.create(
                budgets.resource(),
                Kind.parse(
                        "{metadata: {name: 'b', namespace: 'default'}, spec: {selector: {matchLabels: {app: 'web'}}},"
                                + " status: {disruptionsAllowed: 0, desiredHealthy: 2, currentHealthy: 2}}"));
        ObjectNode eviction = Kind.parse("{metadata: {name: 'it'}}");
        // The pod is ready only if it says so; a healthy budget does not hold back one that is not.
        pods.store.update(pods.resource(), "default", "it", each -> {
            ((ObjectNode) each.get("status"))
                    .putArray("conditions")
                    .addObject()
                    .put("type", "Ready")
                    .put("status", "True");
            return each;
        });
        assertThatThrownBy(() -> pods.handler("eviction").create(pods.context("it"), eviction))
                .isInstanceOfSatisfying(StatusException.class, e -> {
                    assertThat(e.code()).isEqualTo(429);
                    assertThat(e).hasMessage("Cannot evict pod as it would violate the pod's disruption budget.");
                    assertThat(e.details().causes())
                            .isEqualTo(List.of(new StatusException.Cause(
                                    "DisruptionBudget",
                                    "The disruption budget b needs 2 healthy pods and has 2 currently",
                                    "")));
                });
        pods.store.update(budgets.resource(), "default", "b", each -> {
            ((ObjectNode) each.get("status")).put("disruptionsAllowed", 1);
            return each;
        });
        pods.handler("eviction").create(pods.context("it"), eviction);
        ObjectNode evicted = pods.store.get(pods.resource(), "default", "it").orElseThrow();
        assertThat(evicted.at("/metadata/deletionTimestamp").asText()).isEqualTo("2026-01-02T03:04:35Z");
        assertThat(pods.store
                        .get(budgets.resource(), "default", "b")
                        .orElseThrow()
                        .at("/status/disruptedPods")
                        .size())
                .isEqualTo(1);
        assertThat(pod.at("/metadata").has("deletionTimestamp")).isFalse();
    }
}
