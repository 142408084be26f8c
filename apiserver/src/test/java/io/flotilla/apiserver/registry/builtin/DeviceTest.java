package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.extension.DeviceSelectors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    private static final String CLAIM =
            "{devices: {requests: [{name: 'gpu', exactly: {deviceClassName: 'gpu.example.com', selectors: [{cel: {expression: 'true'}}],"
                    + " tolerations: [{key: 'k', operator: 'Exists'}]}},"
                    + " {name: 'any', firstAvailable: [{name: 'big', deviceClassName: 'a', allocationMode: 'All'}, {name: 'small', deviceClassName: 'b', count: 2}]}],"
                    + " constraints: [{requests: ['gpu', 'any/big'], matchAttribute: 'example.com/model'}],"
                    + " config: [{requests: ['gpu'], opaque: {driver: 'gpu.example.com', parameters: {a: 1}}}]}}";

    private final Kind classes = new Kind("resource.k8s.io", "v1", "deviceclasses");
    private final Kind claims = new Kind("resource.k8s.io", "v1", "resourceclaims");
    private final Kind templates = new Kind("resource.k8s.io", "v1", "resourceclaimtemplates");
    private final Kind slices = new Kind("resource.k8s.io", "v1", "resourceslices");

    @Test
    void good_claims_and_templates_are_taken_and_stay() {
        String claim = "{spec: " + CLAIM + "}";
        assertThat(claims.refusals(claim)).isEmpty();
        assertThat(claims.updateRefusals(claim, claim)).isEmpty();
        assertThat(claims.prepared(claim).path("metadata").has("generation")).isFalse();
        String template = "{spec: {metadata: {labels: {a: 'b'}}, spec: " + CLAIM + "}}";
        assertThat(templates.refusals(template)).isEmpty();
        assertThat(templates.updateRefusals(template, "{spec: {spec: " + CLAIM + "}}"))
                .singleElement()
                .asString()
                .startsWith("spec: Invalid value: ")
                .endsWith(": field is immutable");
        assertThat(claims.updateRefusals(claim, "{spec: {}}"))
                .singleElement()
                .asString()
                .startsWith("spec: Invalid value: ")
                .endsWith(": field is immutable");
    }

    private List<String> refusals(String expression) {
        classes.kinds.withSelectors(new DeviceSelectors());
        ObjectNode deviceClass = Kind.parse("{spec: {selectors: [{cel: {}}]}}");
        ((ObjectNode) deviceClass.at("/spec/selectors/0/cel")).put("expression", expression);
        return classes.refusals(deviceClass.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "device.driver == 'gpu.example.com'",
                "device.attributes['gpu.example.com'].model == 'A100'",
                "device.attributes['gpu.example.com'].healthy",
                "device.attributes['gpu.example.com'].cores > 5 && device.attributes['a'].b.startsWith('x')",
                "device.attributes['gpu.example.com'].firmware.isGreaterThan(semver('1.2.3'))",
                "device.capacity['gpu.example.com'].memory.compareTo(quantity('10Gi')) >= 0",
                "cel.bind(gpu, device.attributes['gpu.example.com'], gpu.a && gpu.b)",
                "has(device.attributes['gpu.example.com'].model) && device.allowMultipleAllocations == true",
                "device.attributes.all(d, d != 'x')"
            })
    void selectors_know_what_devices_have(String expression) {
        assertThat(refusals(expression)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            1 + | compilation failed: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting
            device.foo | compilation failed: ERROR: <input>:1:7: undefined field 'foo'
            self | compilation failed: ERROR: <input>:1:1: undeclared reference to 'self'
            device.driver | must evaluate to bool or the unknown type, not string
            device.attributes | must evaluate to bool or the unknown type, not map(string, map(string, any))
            device.capacity['a'].b | must evaluate to bool or the unknown type, not kubernetes.Quantity
            """)
    void selectors_that_are_none_are_refused(String expression, String why) {
        assertThat(refusals(expression))
                .singleElement()
                .asString()
                .startsWith("spec.selectors[0].cel.expression: Invalid value: \"" + expression + "\": " + why);
    }

    @Test
    void selectors_that_cost_too_much_are_refused() {
        assertThat(refusals("device.attributes.all(a, device.attributes.all(b, device.attributes.all(c,"
                        + " device.attributes.all(d, a + b != c + d))))"))
                .containsExactly("spec.selectors[0].cel.expression: Forbidden: too complex, exceeds cost limit");
        assertThat(refusals("'" + "x".repeat(10 * 1024) + "' == ''"))
                .containsExactly("spec.selectors[0].cel.expression: Too long: may not be more than 10240 bytes");
    }

    @Test
    void selectors_of_claims_and_of_templates_are_read_too() {
        String request = "devices: {requests: [{name: 'a', firstAvailable: [{name: 'b', deviceClassName: 'c',"
                + " selectors: [{cel: {expression: 'device.foo'}}]}]}]}";
        claims.kinds.withSelectors(new DeviceSelectors());
        assertThat(claims.refusals("{spec: {" + request + "}}"))
                .singleElement()
                .asString()
                .startsWith("spec.devices.requests[0].firstAvailable[0].selectors[0].cel.expression: Invalid value: ");
        templates.kinds.withSelectors(new DeviceSelectors());
        assertThat(templates.refusals("{spec: {spec: {" + request + "}}}"))
                .singleElement()
                .asString()
                .startsWith(
                        "spec.spec.devices.requests[0].firstAvailable[0].selectors[0].cel.expression: Invalid value: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            requests: [{name: 'r'}] | spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required
            requests: [{name: 'r', exactly: {deviceClassName: 'a'}, firstAvailable: [{name: 's', deviceClassName: 'a'}]}] | spec.devices.requests[0]: Invalid value: "null": exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set
            requests: [{name: 'r', exactly: {}}] | spec.devices.requests[0].exactly.deviceClassName: Required value
            requests: [{name: 'r', exactly: {deviceClassName: 'a', count: -1}}] | spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero
            requests: [{name: 'r', exactly: {deviceClassName: 'a', allocationMode: 'All', count: 1}}] | spec.devices.requests[0].exactly.count: Invalid value: 1: must not be specified when allocationMode is 'All'
            requests: [{name: 'r', exactly: {deviceClassName: 'a', allocationMode: 'Some'}}] | spec.devices.requests[0].exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"
            requests: [{name: 'r', exactly: {deviceClassName: 'a', selectors: [{}]}}] | spec.devices.requests[0].exactly.selectors[0].cel: Required value
            requests: [{name: 'r', exactly: {deviceClassName: 'a', tolerations: [{key: 'k', operator: 'Odd'}]}}] | spec.devices.requests[0].exactly.tolerations[0].operator: Unsupported value: "Odd": supported values: "Equal", "Exists"
            requests: [{name: 'r', exactly: {deviceClassName: 'a', tolerations: [{key: 'k', operator: 'Exists', value: 'v'}]}}] | spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: "v": must be empty for operator `Exists`
            requests: [{name: 'r', exactly: {deviceClassName: 'a', tolerations: [{key: 'k', operator: 'Exists', effect: 'Odd'}]}}] | spec.devices.requests[0].exactly.tolerations[0].effect: Unsupported value: "Odd": supported values: "NoExecute", "NoSchedule", "None"
            requests: [{name: 'r', exactly: {deviceClassName: 'a'}}, {name: 'r', exactly: {deviceClassName: 'a'}}] | spec.devices.requests[1].name: Duplicate value: "r"
            constraints: [{}] | spec.devices.constraints[0]: Required value: exactly one of `matchAttribute` or `distinctAttribute` is required
            constraints: [{matchAttribute: 'model'}] | spec.devices.constraints[0].matchAttribute: Invalid value: "model": must include a domain
            constraints: [{matchAttribute: '/model'}] | spec.devices.constraints[0].matchAttribute: Required value: the domain must not be empty
            constraints: [{matchAttribute: 'a.b/'}] | spec.devices.constraints[0].matchAttribute: Required value: the name must not be empty
            constraints: [{requests: ['gone'], matchAttribute: 'a.b/c'}] | spec.devices.constraints[0].requests[0]: Invalid value: "gone": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'
            config: [{}] | spec.devices.config[0].opaque: Required value
            config: [{opaque: {driver: 'a.b'}}] | spec.devices.config[0].opaque.parameters: Required value
            config: [{opaque: {parameters: {}}}] | spec.devices.config[0].opaque.driver: Required value
            """)
    void a_bad_claim_is_refused(String fields, String finding) {
        assertThat(claims.refusals("{spec: {devices: {" + fields + "}}}")).contains(finding);
    }

    @Test
    void classes_select_and_configure() {
        assertThat(classes.refusals("{spec: {selectors: [{cel: {expression: 'true'}}],"
                        + " config: [{opaque: {driver: 'a.b', parameters: {}}}]}}"))
                .isEmpty();
        assertThat(classes.refusals("{spec: {selectors: [{}], config: [{}]}}"))
                .containsExactly("spec.selectors[0].cel: Required value", "spec.config[0].opaque: Required value");
        assertThat(classes.refusals("{spec: {selectors: [" + "{cel: {expression: 'true'}},".repeat(32)
                        + "{cel: {expression: 'true'}}]}}"))
                .containsExactly("spec.selectors: Too many: 33: must have at most 32 items");
    }

    private static String slice(String fields) {
        return "{spec: {driver: 'a.b', nodeName: 'n', pool: {name: 'p/q', resourceSliceCount: 1}, " + fields + "}}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            nodeName: '' | spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required
            allNodes: true | spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set
            pool: {name: 'p'} | spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero
            pool: {resourceSliceCount: 1} | spec.pool.name: Required value
            pool: {name: 'p', resourceSliceCount: 1, generation: -1} | spec.pool.generation: Invalid value: -1: must be greater than or equal to zero
            devices: [{name: 'd'}, {name: 'd'}] | spec.devices[1].name: Duplicate value: "d"
            devices: [{name: 'd', attributes: {a: {}}}] | spec.devices[0].attributes[a]: Required value: exactly one value must be specified
            devices: [{name: 'd', attributes: {a: {string: 's', int: 1}}}] | spec.devices[0].attributes[a]: Invalid value: {"string":"s","int":1}: exactly one value must be specified
            devices: [{name: 'd', attributes: {a: {version: '1.2'}}}] | spec.devices[0].attributes[a].version: Invalid value: "1.2": must be a string compatible with semver.org spec 2.0.0
            devices: [{name: 'd', taints: [{key: 'k'}]}] | spec.devices[0].taints[0].effect: Required value
            devices: [{name: 'd', taints: [{key: 'k', effect: 'Odd'}]}] | spec.devices[0].taints[0].effect: Unsupported value: "Odd": supported values: "NoExecute", "NoSchedule", "None"
            """)
    void a_bad_slice_is_refused(String fields, String finding) {
        assertThat(slices.refusals(slice(fields))).containsExactly(finding);
    }

    @Test
    void a_slice_stays_with_its_driver_pool_and_node() {
        String good = slice("devices: [{name: 'd', attributes: {'a.b/c': {version: '1.2.3-x+y'}, m: {bool: true}},"
                + " capacity: {memory: {value: '1Gi'}}, taints: [{key: 'k', effect: 'NoSchedule'}]}]");
        assertThat(slices.refusals(good)).isEmpty();
        assertThat(slices.updateRefusals(good, good)).isEmpty();
        assertThat(slices.updateRefusals(
                        good, "{spec: {driver: 'x.y', nodeName: 'm', pool: {name: 'o', resourceSliceCount: 1}}}"))
                .containsExactly(
                        "spec.pool.name: Invalid value: \"o\": field is immutable",
                        "spec.driver: Invalid value: \"x.y\": field is immutable",
                        "spec.nodeName: Invalid value: \"m\": field is immutable");
    }

    private List<String> statusRefusals(String before, String after) {
        ObjectNode old = claims.stored("{spec: " + CLAIM + "}");
        old.set("status", Kind.parse(before));
        ObjectNode now = old.deepCopy();
        now.set("status", Kind.parse(after));
        return Kind.told(claims.strategy().validateStatusUpdate(claims.context("it"), now, old));
    }

    @Test
    void devices_are_given_once_and_reserved_after_that() {
        String given =
                "allocation: {devices: {results: [{request: 'any/small', driver: 'a.b', pool: 'p', device: 'd'}]}}";
        String consumer = "reservedFor: [{resource: 'pods', name: 'p', uid: 'u'}]";
        assertThat(statusRefusals("{}", "{" + given + ", " + consumer + "}")).isEmpty();
        assertThat(statusRefusals("{}", "{" + consumer + "}"))
                .containsExactly("status.reservedFor: Forbidden: may not be specified when `allocated` is not set");
        assertThat(statusRefusals("{" + given + "}", "{" + given + ", reservedFor: [{}]}"))
                .containsExactly(
                        "status.reservedFor[0].resource: Required value",
                        "status.reservedFor[0].name: Required value",
                        "status.reservedFor[0].uid: Required value");
        assertThat(statusRefusals("{" + given + "}", "{allocation: {}}"))
                .containsExactly("status.allocation: Invalid value: {}: field is immutable");
        assertThat(statusRefusals(
                        "{}",
                        "{allocation: {devices: {results: [{request: 'x/y/z', driver: 'a.b', pool: 'p', device: 'd'}],"
                                + " config: [{source: 'Odd', opaque: {driver: 'a.b', parameters: {}}}]}}}"))
                .containsExactly(
                        "status.allocation.devices.results[0].request: Invalid value: \"x/y/z\": must be the name of a"
                                + " request in the claim or the name of a request and a subrequest separated by '/'",
                        "status.allocation.devices.config[0].source: Unsupported value: \"Odd\": supported values:"
                                + " \"FromClaim\", \"FromClass\"");
    }
}
