package io.flotilla.machinery.quota;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flotilla.machinery.object.Quantity;
import io.flotilla.machinery.quota.QuotaUsage.Counted;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaUsageTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();

    private static JsonNode object(String json) throws JsonProcessingException {
        return MAPPER.readTree(json);
    }

    private static Map<String, Quantity> amounts(String resource, String json) throws JsonProcessingException {
        return QuotaUsage.of("", resource).amounts(object(json), NOW);
    }

    @ParameterizedTest
    @CsvSource({
        "pods, '', pods",
        "count/pods, '', pods",
        "cpu, '', pods",
        "requests.memory, '', pods",
        "limits.ephemeral-storage, '', pods",
        "hugepages-2Mi, '', pods",
        "requests.hugepages-1Gi, '', pods",
        "requests.example.com/gpu, '', pods",
        "services, '', services",
        "services.nodeports, '', services",
        "services.loadbalancers, '', services",
        "requests.storage, '', persistentvolumeclaims",
        "gold.storageclass.storage.k8s.io/requests.storage, '', persistentvolumeclaims",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims, '', persistentvolumeclaims",
        "secrets, '', secrets",
        "count/secrets, '', secrets",
        "resourcequotas, '', resourcequotas",
        "count/deployments.apps, apps, deployments",
        "count/widgets.a.example.com, a.example.com, widgets"
    })
    void every_entry_is_about_one_resource(String entry, String group, String resource) {
        assertThat(QuotaUsage.counted(entry)).contains(new Counted(group, resource));
        assertThat(QuotaUsage.of(group, resource).measures(entry)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"count/", "storage", "example.com/gpu", "limits.example.com/gpu", "widgets", ""})
    void some_entries_count_nothing(String entry) {
        assertThat(QuotaUsage.counted(entry)).isEqualTo(Optional.empty());
    }

    @Test
    void a_pod_asks_for_its_containers_sidecars_and_overhead_or_what_starting_takes() throws Exception {
        String pod =
                "{spec: {overhead: {cpu: '10m'}, containers: [{resources: {requests: {cpu: '100m', 'example.com/gpu':"
                        + " 2}, limits: {cpu: '1'}}}], initContainers: [{restartPolicy: 'Always', resources: {requests: {cpu:"
                        + " '50m'}}}, {resources: {requests: {cpu: '%s'}}}]}}";
        assertThat(amounts("pods", pod.formatted("1m")))
                .containsEntry("requests.cpu", Quantity.parse("160m"))
                .containsEntry("cpu", Quantity.parse("160m"))
                .containsEntry("limits.cpu", Quantity.parse("1010m"))
                .containsEntry("requests.example.com/gpu", Quantity.of(2))
                .doesNotContainKey("example.com/gpu");
        assertThat(amounts("pods", pod.formatted("2"))).containsEntry("requests.cpu", Quantity.parse("2060m"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            status: {phase: 'Running'} | true
            status: {phase: 'Succeeded'} | false
            status: {phase: 'Failed'} | false
            metadata: {deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30} | false
            metadata: {deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 90} | true
            metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'} | true
            """)
    void a_pod_that_has_ended_or_should_be_gone_only_takes_its_place(String state, boolean counts) throws Exception {
        Map<String, Quantity> amounts =
                amounts("pods", "{spec: {containers: [{resources: {requests: {cpu: 1}}}]}, " + state + "}");
        assertThat(amounts).containsEntry("count/pods", Quantity.of(1));
        assertThat(amounts.containsKey("pods")).isEqualTo(counts);
        assertThat(amounts.containsKey("cpu")).isEqualTo(counts);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            type: 'ClusterIP' | 0 | 0
            type: 'NodePort' | 2 | 0
            type: 'LoadBalancer' | 2 | 1
            type: 'LoadBalancer', allocateLoadBalancerNodePorts: false | 1 | 1
            """)
    void a_service_takes_node_ports_and_load_balancers_by_its_type(String type, long ports, long balancers)
            throws Exception {
        assertThat(amounts("services", "{spec: {ports: [{port: 1, nodePort: 30001}, {port: 2}], " + type + "}}"))
                .containsEntry("services", Quantity.of(1))
                .containsEntry("services.nodeports", Quantity.of(ports))
                .containsEntry("services.loadbalancers", Quantity.of(balancers));
    }

    @Test
    void a_claim_asks_for_what_it_wants_or_has_whichever_is_more() throws Exception {
        String claim = "{metadata: {annotations: {'volume.beta.kubernetes.io/storage-class': 'old'}}, spec:"
                + " {storageClassName: 'gold', resources: {requests: {storage: '%s'}}}, status: {allocatedResources:"
                + " {storage: '2Gi'}}}";
        assertThat(amounts("persistentvolumeclaims", claim.formatted("1Gi")))
                .containsEntry("requests.storage", Quantity.parse("2Gi"))
                .containsEntry("old.storageclass.storage.k8s.io/requests.storage", Quantity.parse("2Gi"))
                .containsEntry("old.storageclass.storage.k8s.io/persistentvolumeclaims", Quantity.of(1))
                .doesNotContainKey("gold.storageclass.storage.k8s.io/requests.storage");
        assertThat(amounts("persistentvolumeclaims", claim.formatted("3Gi")))
                .containsEntry("requests.storage", Quantity.parse("3Gi"));
    }
}
