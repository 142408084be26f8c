package io.flotilla.apiserver.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.YamlCodec;
import io.flotilla.apiserver.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TypedCheckTest {
    private static final Schema SCHEMA = Schema.load();

    private static Optional<String> deployment(String container) {
        return problem(
                "apps",
                "deployments",
                "{spec: {replicas: 1, template: {spec: {containers: [{name: c, " + container + "}]}}}}");
    }

    private static Optional<String> problem(String group, String resource, String yaml) {
        ObjectNode object =
                YamlCodec.decode(yaml.getBytes(StandardCharsets.UTF_8)).object();
        return TypedCheck.problem(
                SCHEMA.type(SCHEMA.resource(group, "v1", resource).orElseThrow()), object);
    }

    private static final String AT = ".spec.template.spec.containers[name=\"c\"]";

    @Test
    void whatFitsIsFine() {
        assertThat(deployment("ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}], env: null,"
                        + " resources: {limits: {cpu: 1, memory: 1Gi}}, livenessProbe: {httpGet: {port: web}}"))
                .isEmpty();
    }

    @Test
    void itemsOfOneKeyAreRefused() {
        assertThat(deployment("env: [{name: A, value: v}, {name: A, value: w}]"))
                .contains(AT + ".env: duplicate entries for key [name=\"A\"]");
        assertThat(deployment("ports: [{containerPort: 93, name: a}, {containerPort: 93, name: b}]"))
                .contains(AT + ".ports: duplicate entries for key [containerPort=93,protocol=\"TCP\"]");
        assertThat(problem("", "namespaces", "{metadata: {finalizers: [a, a]}}"))
                .contains(".metadata.finalizers: duplicate entries for key [=\"a\"]");
    }

    @Test
    void scalarsOfAnotherTypeAreShownAsGoShowsThem() {
        assertThat(deployment("env: [{name: A, value: 1}, {name: B, value: true}]"))
                .contains("errors:\n  " + AT + ".env[name=\"A\"].value: expected string,"
                        + " got &value.valueUnstructured{Value:1}\n  " + AT
                        + ".env[name=\"B\"].value: expected string, got &value.valueUnstructured{Value:true}");
        assertThat(deployment("args: [x, {b: [1000000, null], a: z}]"))
                .contains(AT + ".args[1]: expected string, got &value.valueUnstructured{Value:"
                        + "map[string]interface {}{\"a\":\"z\", \"b\":[]interface {}{1e+06, interface {}(nil)}}}");
        assertThat(deployment("tty: 'yes'")).contains(AT + ".tty: expected boolean, got &{yes}");
        assertThat(deployment("ports: [{containerPort: '80'}]"))
                .contains(AT + ".ports[containerPort=\"80\",protocol=\"TCP\"].containerPort:"
                        + " expected numeric (int or float), got string");
        assertThat(deployment("resources: {limits: {cpu: [1]}}"))
                .contains(AT + ".resources.limits.cpu: expected any scalar, got &{[1]}");
    }

    @Test
    void containersOfAnotherTypeAreRefused() {
        assertThat(deployment("env: {b: 1, a: 0.5}")).contains(AT + ".env: expected list, got &{map[a:0.5 b:1]}");
        assertThat(deployment("resources: [a, b]")).contains(AT + ".resources: expected map, got &{[a b]}");
    }

    @Test
    void itemsThatHaveNoKeyAreNamedByTheirPlace() {
        assertThat(deployment("env: [{value: x}]"))
                .contains(AT + ".env: element 0: associative list with keys has an element that omits all key fields"
                        + " [\"name\"] (and doesn't have default values for any key fields)");
        assertThat(deployment("env: [{name: A}, x]"))
                .contains(AT + ".env: element 1: associative list with keys may not have non-map elements");
        assertThat(problem("", "namespaces", "{metadata: {finalizers: [a, null]}}"))
                .contains(".metadata.finalizers: element 1: associative list without keys has an element that's an"
                        + " explicit null");
    }

    @Test
    void whatTheTypeDoesNotHaveIsNamed() {
        assertThat(deployment("livenessProbe: {httpGet: {port: 1}, depth: 1}"))
                .contains(AT + ".livenessProbe.depth: field not declared in schema");
        assertThat(deployment("images: [x], tty: 1, fast: true"))
                .contains(AT + ".images: field not declared in schema");
    }
}
