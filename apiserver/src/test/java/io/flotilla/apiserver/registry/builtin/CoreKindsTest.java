package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoreKindsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            configmaps  | {data: {'a/b': 'x'}}  | data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
            configmaps  | {data: {a: 'x'}, binaryData: {a: 'eA=='}} | data[a]: Invalid value: "a": duplicate of key present in binaryData
            configmaps  | {metadata: {labels: {'-a': 'b'}}} | metadata.labels: Invalid value: "-a": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            configmaps  | {metadata: {ownerReferences: [{apiVersion: 'v1', kind: 'Pod', name: 'p'}]}} | metadata.ownerReferences.uid: Invalid value: "": must not be empty
            secrets     | {type: 'kubernetes.io/tls'} | data[tls.crt]: Required value
            secrets     | {type: 'kubernetes.io/dockerconfigjson', data: {'.dockerconfigjson': 'W10='}} | data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}
            secrets     | {type: 'kubernetes.io/dockerconfigjson', data: {'.dockerconfigjson': 'YQ=='}} | data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'a' looking for beginning of value
            namespaces  | {metadata: {name: 'A'}} | metadata.name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
            nodes       | {spec: {taints: [{key: 'k'}]}} | metadata.taints[0].effect: Required value
            limitranges | {spec: {limits: [{type: 'Container', max: {cpu: '1'}, min: {cpu: '2'}}]}} | spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1
            resourcequotas | {spec: {hard: {bananas: '1'}}} | spec.hard[bananas]: Invalid value: "bananas": must be a standard resource type or fully qualified
            endpoints   | {subsets: [{ports: [{port: 80}]}]} | subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`
            events      | {eventTime: '2026-01-02T03:04:05.000000Z'} | reportingController: Required value
            events      | {eventTime: '2026-01-02T03:04:05.000000Z', reportingComponent: 'a b'} | reportingController: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            events      | {eventTime: '2026-01-02T03:04:05.000000Z'} | reportingInstance: Required value
            events      | {eventTime: '2026-01-02T03:04:05.000000Z'} | action: Required value
            events      | {eventTime: '2026-01-02T03:04:05.000000Z'} | reason: Required value
            events      | {metadata: {namespace: 'a'}, eventTime: '2026-01-02T03:04:05.000000Z'} | involvedObject.namespace: Invalid value: "": does not match event.namespace
            events      | {involvedObject: {namespace: 'other'}} | involvedObject.namespace: Invalid value: "other": does not match event.namespace
            """)
    void refuses_bad_objects(String resource, String text, String finding) {
        assertThat(new Kind("", "v1", resource).refusals(text)).contains(finding);
    }

    @Test
    void an_event_with_a_time_of_its_own_is_short() {
        Kind events = new Kind("", "v1", "events");
        String event = "{involvedObject: {namespace: 'other'}, eventTime: '2026-01-02T03:04:05.000000Z',"
                + " reportingComponent: 'example.com/reporter', reportingInstance: 'r-1', action: 'Binding',"
                + " reason: 'Scheduled', message: '" + "x".repeat(1024) + "'}";
        assertThat(events.refusals(event)).isEmpty();
        assertThat(events.refusals(event.replace("message: '", "message: 'y").replace("r-1", "r".repeat(129))))
                .containsExactly(
                        "reportingInstance: Invalid value: \"\": can have at most 128 characters",
                        "message: Invalid value: \"\": can have at most 1024 characters");
    }

    @Test
    void immutable_data_stay() {
        Kind maps = new Kind("", "v1", "configmaps");
        assertThat(maps.updateRefusals("{immutable: true, data: {a: '1'}}", "{data: {a: '2'}}"))
                .containsExactly(
                        "immutable: Forbidden: field is immutable when `immutable` is set",
                        "data: Forbidden: field is immutable when `immutable` is set");
    }

    @Test
    void a_namespace_goes_through_terminating() {
        Kind namespaces = new Kind("", "v1", "namespaces");
        ObjectNode namespace = namespaces.created("{metadata: {name: 'it'}}");
        assertThat(namespace.at("/status/phase").asText()).isEqualTo("Active");
        assertThat(namespace.at("/spec/finalizers/0").asText()).isEqualTo("kubernetes");
        assertThat(namespace.at("/metadata/labels/kubernetes.io~1metadata.name").asText())
                .isEqualTo("it");
        assertThat(namespaces.strategy().holdsDeletion(namespace)).isTrue();
        namespaces.strategy().markForDeletion(namespaces.context("it"), namespace);
        assertThat(namespace.at("/status/phase").asText()).isEqualTo("Terminating");
        namespaces.store.update(namespaces.resource(), "", "it", each -> {
            ((ObjectNode) each.get("metadata")).put("deletionTimestamp", Kind.NOW.toString());
            return each;
        });
        namespaces
                .handler("finalize")
                .update(namespaces.context("it"), Kind.parse("{metadata: {name: 'it'}, spec: {}}"));
        assertThat(namespaces.store.get(namespaces.resource(), "", "it")).isEmpty();
    }

    @Test
    void a_node_registers_with_its_status_and_waits() {
        Kind nodes = new Kind("", "v1", "nodes");
        ObjectNode node = nodes.admitted("{status: {capacity: {cpu: '4'}}}");
        nodes.strategy().prepareForCreate(nodes.context(""), node);
        assertThat(node.at("/status/capacity/cpu").asText()).isEqualTo("4");
        assertThat(node.at("/spec/taints/0/key").asText()).isEqualTo("node.kubernetes.io/not-ready");
    }

    @Test
    void status_is_left_to_its_subresource() {
        Kind quotas = new Kind("", "v1", "resourcequotas");
        ObjectNode old = quotas.stored("{spec: {hard: {pods: '1'}}}");
        ObjectNode now = old.deepCopy();
        now.putObject("status").putObject("used").put("pods", "1");
        ((ObjectNode) now.at("/spec/hard")).put("pods", "9");
        ObjectNode main = now.deepCopy();
        quotas.strategy().prepareForUpdate(quotas.context("it"), main, old);
        assertThat(main.path("status").path("used").isEmpty()).isTrue();
        quotas.strategy().prepareForStatusUpdate(quotas.context("it"), now, old);
        assertThat(now.at("/spec/hard/pods").asText()).isEqualTo("1");
        assertThat(now.at("/status/used/pods").asText()).isEqualTo("1");
    }

    @Test
    void loopback_addresses_are_ordinary_where_the_cluster_lives_on_loopback() {
        String endpoints = "{subsets: [{addresses: [{ip: '127.10.0.1'}]}]}";
        assertThat(new Kind("", "v1", "endpoints", "127.20.0.0/16").refusals(endpoints))
                .isEmpty();
        assertThat(new Kind("", "v1", "endpoints").refusals(endpoints))
                .containsExactly("subsets[0].addresses[0].ip: Invalid value: \"127.10.0.1\": may not be in the loopback"
                        + " range (127.0.0.0/8, ::1/128)");
    }
}
