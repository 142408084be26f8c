package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceTest {
    private static final String GOOD = "{spec: {selector: {app: 'web'}, ports: [{port: 80}]}}";

    private final Kind services = new Kind("", "v1", "services", "10.96.0.0/29");

    private static String spec(String fields) {
        return "{spec: {ports: [{port: 80}], selector: {a: 'b'}, " + fields + "}}";
    }

    @Test
    void a_service_gets_an_address_of_its_own() {
        ObjectNode service = services.created(GOOD);
        String ip = service.at("/spec/clusterIP").asText();
        assertThat(ip).startsWith("10.96.0.");
        assertThat(service.at("/spec/clusterIPs/0").asText()).isEqualTo(ip);
        assertThat(service.at("/spec/ipFamilies/0").asText()).isEqualTo("IPv4");
        assertThat(service.at("/spec/ipFamilyPolicy").asText()).isEqualTo("SingleStack");
        assertThat(service.at("/status/loadBalancer").isObject()).isTrue();
        Kind addresses = new Kind("networking.k8s.io", "v1", "ipaddresses");
        ObjectNode held = services.store.get(addresses.resource(), "", ip).orElseThrow();
        assertThat(held.at("/spec/parentRef/name").asText()).isEqualTo("it");
        services.strategy().afterDelete(services.context("it"), () -> service);
        assertThat(services.store.get(addresses.resource(), "", ip)).isEmpty();
    }

    @Test
    void addresses_run_out() {
        // Eight addresses, of which the first and the last are not for services.
        for (int i = 0; i < 6; i++) {
            services.created("{metadata: {name: 's" + i + "'}, spec: {ports: [{port: 80}]}}");
        }
        assertThatThrownBy(() -> services.created("{metadata: {name: 's9'}, spec: {ports: [{port: 80}]}}"))
                .hasMessage("Internal error occurred: failed to allocate a serviceIP: range is full");
    }

    @Test
    void an_address_is_taken_once_and_from_the_range() {
        services.created("{metadata: {name: 'first'}, spec: {clusterIP: '10.96.0.3', ports: [{port: 80}]}}");
        assertThatThrownBy(() -> services.created(spec("clusterIP: '10.96.0.3'")))
                .isInstanceOf(StatusException.class)
                .hasMessage("Service \"it\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.3\"]: failed to"
                        + " allocate IP 10.96.0.3: provided IP is already allocated");
        assertThatThrownBy(() -> services.created(spec("clusterIP: '10.97.0.3'")))
                .hasMessage("Service \"it\" is invalid: spec.clusterIPs: Invalid value: [\"10.97.0.3\"]: failed to"
                        + " allocate IP 10.97.0.3: provided IP is not in the valid range. The range of valid IPs is"
                        + " 10.96.0.0/29");
    }

    @Test
    void node_ports_are_taken_once_and_given_back() {
        ObjectNode service = services.created(
                "{spec: {type: 'NodePort', ports: [{name: 'a', port: 80, nodePort: 30001}, {name: 'b', port: 81}]}}");
        assertThat(service.at("/spec/ports/1/nodePort").asInt()).isBetween(30000, 30005);
        assertThat(service.at("/spec/externalTrafficPolicy").asText()).isEqualTo("Cluster");
        String other = "{metadata: {name: 'o'}, spec: {type: 'NodePort', ports: [{port: 80, nodePort: 30001}]}}";
        assertThatThrownBy(() -> services.created(other))
                .hasMessage("Service \"o\" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is"
                        + " already allocated");
        services.strategy().afterDelete(services.context("it"), () -> service);
        assertThat(services.created(other).at("/spec/ports/0/nodePort").asInt()).isEqualTo(30001);
        assertThatThrownBy(() -> services.created(other.replace("30001", "80").replace("'o'", "'p'")))
                .hasMessage(
                        "Service \"p\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in"
                                + " the valid range. The range of valid ports is 30000-30005");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {spec: {}}                                  | spec.ports: Required value
            {metadata: {name: '1a'}, spec: {ports: [{port: 80}]}} | metadata.name: Invalid value: "1a": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')
            {spec: {ports: [{port: 0}]}}                | spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive
            {spec: {ports: [{port: 80}, {port: 81}]}}   | spec.ports[0].name: Required value
            {spec: {type: 'Magic', ports: [{port: 80}]}} | spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"
            {spec: {type: 'ExternalName'}}              | spec.externalName: Required value
            {spec: {type: 'NodePort', clusterIP: 'None', ports: [{port: 80}]}} | spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services
            {spec: {ports: [{port: 80, nodePort: 30000}]}} | spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'
            {spec: {sessionAffinity: 'Sticky', ports: [{port: 80}]}} | spec.sessionAffinity: Unsupported value: "Sticky": supported values: "ClientIP", "None"
            {spec: {clusterIP: 'x', ports: [{port: 80}]}} | spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            {spec: {externalIPs: ['127.0.0.1'], ports: [{port: 80}]}} | spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
            {spec: {ipFamilyPolicy: 'RequireDualStack', ports: [{port: 80}]}} | spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services
            """)
    void refuses_bad_services(String text, String finding) {
        assertThat(services.refusals(text)).contains(finding);
    }

    @Test
    void the_address_stays() {
        ObjectNode old = services.created(GOOD);
        ObjectNode now = services.defaulted(GOOD.replace("selector", "clusterIP: '10.96.0.6', selector"));
        ((ObjectNode) now.get("metadata")).put("resourceVersion", "1");
        services.strategy().prepareForUpdate(services.context("it"), now, old);
        String ip = old.at("/spec/clusterIP").asText();
        if (!ip.equals("10.96.0.6")) {
            assertThat(Kind.told(services.strategy().validateUpdate(services.context("it"), now, old)))
                    .contains("spec.clusterIPs[0]: Invalid value: [\"10.96.0.6\"]: may not change once set");
        }
        ObjectNode silent = services.defaulted(GOOD);
        services.strategy().prepareForUpdate(services.context("it"), silent, old);
        assertThat(silent.at("/spec/clusterIP").asText()).isEqualTo(ip);
    }

    @Test
    void a_headless_service_without_selector_is_of_both_families() {
        ObjectNode service = services.created("{spec: {clusterIP: 'None'}}");
        assertThat(service.at("/spec/clusterIP").asText()).isEqualTo("None");
        assertThat(service.at("/spec/ipFamilies")).hasSize(2);
        assertThat(service.at("/spec/ipFamilyPolicy").asText()).isEqualTo("RequireDualStack");
    }

    @Test
    void a_service_that_becomes_external_loses_address_and_ports() {
        ObjectNode old = services.created("{spec: {type: 'NodePort', ports: [{port: 80}]}}");
        ObjectNode now = old.deepCopy();
        ((ObjectNode) now.get("spec")).put("type", "ExternalName").put("externalName", "example.com");
        services.strategy().prepareForUpdate(services.context("it"), now, old);
        assertThat(now.at("/spec/clusterIP").isMissingNode()).isTrue();
        assertThat(now.at("/spec/ports/0/nodePort").isMissingNode()).isTrue();
        assertThat(Kind.told(services.strategy().validateUpdate(services.context("it"), now, old)))
                .isEmpty();
        int before = services.store.size();
        services.strategy().afterUpdate(services.context("it"), now, old);
        assertThat(services.store.size()).isEqualTo(before - 1);
    }
}
