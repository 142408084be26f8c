package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServingKindsTest {
    private static final String FLOW_CONTROL = "flowcontrol.apiserver.k8s.io";
    private final Kind schemas = new Kind(FLOW_CONTROL, "v1", "flowschemas");
    private final Kind levels = new Kind(FLOW_CONTROL, "v1", "prioritylevelconfigurations");
    private final Kind apiServices = new Kind("apiregistration.k8s.io", "v1", "apiservices");

    @Test
    void the_default_objects_keep_the_rules() throws IOException {
        JsonNode defaults;
        try (InputStream in = DefaultObjects.class.getResourceAsStream("default-objects.json")) {
            defaults = new JsonMapper().readTree(in);
        }
        int checked = 0;
        for (Kind kind : List.of(schemas, levels, apiServices)) {
            for (JsonNode object : defaults.path(kind.resource().qualifiedResource())) {
                assertThat(kind.refusals(object.toString())).as("%s", object).isEmpty();
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(20);
    }

    private static String schema(String fields) {
        return "{spec: {matchingPrecedence: 500, priorityLevelConfiguration: {name: 'workload-low'}, " + fields + "}}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            matchingPrecedence: 10001 | spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000
            matchingPrecedence: -1 | spec.matchingPrecedence: Invalid value: -1: must be a positive value
            matchingPrecedence: 1 | spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1
            priorityLevelConfiguration: {} | spec.priorityLevelConfiguration.name: Required value: must reference a priority level
            distinguisherMethod: {type: 'ByHost'} | spec.distinguisherMethod.type: Unsupported value: "ByHost": supported values: "ByNamespace", "ByUser"
            rules: [{}] | spec.rules[0].subjects: Required value: subjects must contain at least one value
            rules: [{}] | spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty
            rules: [{subjects: [{kind: 'Robot'}]}] | spec.rules[0].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"
            rules: [{subjects: [{kind: 'User'}]}] | spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'
            rules: [{subjects: [{kind: 'User', user: {name: 'a'}, group: {name: 'g'}}]}] | spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'
            rules: [{subjects: [{kind: 'ServiceAccount', serviceAccount: {name: '*'}}]}] | spec.rules[0].subjects[0].serviceAccount.namespace: Required value: must specify namespace for service account
            rules: [{resourceRules: [{verbs: ['fly']}]}] | spec.rules[0].resourceRules[0].verbs: Unsupported value: ["fly"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"
            rules: [{resourceRules: [{verbs: ['get', '*']}]}] | spec.rules[0].resourceRules[0].verbs: Invalid value: ["get","*"]: if '*' is present, must not specify other verbs
            rules: [{resourceRules: [{}]}] | spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group
            rules: [{resourceRules: [{}]}] | spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace
            rules: [{resourceRules: [{namespaces: ['a.b']}]}] | spec.rules[0].resourceRules[0].namespaces[0]: Invalid value: "a.b": each member of this list must be '*' or a DNS-1123 label; must not contain dots
            rules: [{nonResourceRules: [{}]}] | spec.rules[0].nonResourceRules[0].nonResourceURLs: Required value: nonResourceURLs must contain at least one value
            rules: [{nonResourceRules: [{nonResourceURLs: ['a']}]}] | spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "a": must start with slash
            rules: [{nonResourceRules: [{nonResourceURLs: ['/a*']}]}] | spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching
            """)
    void refuses_bad_flow_schemas(String fields, String finding) {
        assertThat(schemas.refusals(schema(fields))).contains(finding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            type: 'Exempt' | spec.type: Invalid value: "Exempt": must be 'Exempt' if and only if `name` is 'exempt'
            type: 'Free' | spec.type: Unsupported value: "Free": supported values: "Exempt", "Limited"
            type: 'Limited' | spec.limited: Required value: must not be empty when type is Limited
            type: 'Limited', exempt: {}, limited: {} | spec.exempt: Forbidden: must be nil if the type is Limited
            type: 'Exempt', limited: {} | spec.limited: Forbidden: must be nil if the type is not Limited
            type: 'Limited', limited: {nominalConcurrencyShares: -1} | spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer
            type: 'Limited', limited: {lendablePercent: 101} | spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive
            type: 'Limited', limited: {borrowingLimitPercent: -1} | spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer
            type: 'Limited', limited: {limitResponse: {type: 'Wait'}} | spec.limited.limitResponse.type: Unsupported value: "Wait": supported values: "Queue", "Reject"
            type: 'Limited', limited: {limitResponse: {type: 'Queue'}} | spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited
            type: 'Limited', limited: {limitResponse: {type: 'Reject', queuing: {}}} | spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited
            type: 'Limited', limited: {limitResponse: {type: 'Queue', queuing: {queues: -1}}} | spec.limited.limitResponse.queuing.queues: Invalid value: -1: must be positive
            type: 'Limited', limited: {limitResponse: {type: 'Queue', queuing: {queues: 2, handSize: 3}}} | spec.limited.limitResponse.queuing.handSize: Invalid value: 3: should not be greater than queues (2)
            type: 'Limited', limited: {limitResponse: {type: 'Queue', queuing: {queues: 1024, handSize: 7}}} | spec.limited.limitResponse.queuing.handSize: Invalid value: 7: required entropy bits of deckSize 1024 and handSize 7 should not be greater than 60
            """)
    void refuses_bad_priority_levels(String fields, String finding) {
        assertThat(levels.refusals("{spec: {" + fields + "}}")).contains(finding);
    }

    @Test
    void what_every_server_needs_stays_as_it_is() {
        assertThat(levels.refusals(
                        "{metadata: {name: 'exempt'}, spec: {type: 'Exempt', exempt: {lendablePercent: 50}}}"))
                .isEmpty();
        assertThat(levels.refusals("{metadata: {name: 'catch-all'}, spec: {type: 'Limited', limited:"
                        + " {nominalConcurrencyShares: 9, limitResponse: {type: 'Reject'}}}}"))
                .singleElement()
                .asString()
                .endsWith("spec of 'catch-all' must equal the fixed value");
        assertThat(schemas.refusals("{metadata: {name: 'exempt'}, spec: {matchingPrecedence: 1,"
                        + " priorityLevelConfiguration: {name: 'exempt'}}}"))
                .singleElement()
                .asString()
                .endsWith("spec of 'exempt' must equal the fixed value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{metadata: {name: 'v1.'}, spec: {version: 'v1', groupPriorityMinimum: 18000, versionPriority: 1}}",
                "{metadata: {name: 'v1beta1.metrics.k8s.io'}, spec: {group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: {name: 'metrics-server', namespace: 'kube-system'}}}"
            })
    void takes_good_api_services(String text) {
        assertThat(apiServices.refusals(text)).isEmpty();
        assertThat(apiServices.updateRefusals(text, text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            group: 'a.b', version: 'v1' | metadata.name: Invalid value: "it": must be `spec.version+"."+spec.group`: "v1.a.b"
            version: 'v2' | spec.group: Required value: only v1 may have an empty group and it better be legacy kube
            version: '2' | spec.version: Invalid value: "2": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')
            groupPriorityMinimum: 20001 | spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000
            version: 'v1' | spec.versionPriority: Invalid value: 0: must be positive and less than 1000
            caBundle: 'YWJj' | spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle
            insecureSkipTLSVerify: true | spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify
            service: {} | spec.service.namespace: Required value
            service: {}, insecureSkipTLSVerify: true, caBundle: 'YWJj' | spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present
            """)
    void refuses_bad_api_services(String fields, String finding) {
        assertThat(apiServices.refusals("{spec: {" + fields + "}}")).contains(finding);
    }

    @Test
    void what_the_server_serves_itself_is_available_at_once() {
        ObjectNode made = apiServices.prepared("{spec: {version: 'v1'}}");
        assertThat(made.at("/status/conditions/0/reason").asText()).isEqualTo("Local");
        assertThat(made.at("/status/conditions/0/status").asText()).isEqualTo("True");
        assertThat(apiServices
                        .prepared("{spec: {version: 'v1', service: {name: 'a'}}}")
                        .has("status"))
                .isFalse();
    }

    @Test
    void a_status_says_true_false_or_unknown() {
        ObjectNode old = apiServices.stored("{spec: {version: 'v1'}}");
        ObjectNode now = old.deepCopy();
        ((ObjectNode) now.at("/status/conditions/0")).put("status", "Maybe");
        assertThat(Kind.told(apiServices.strategy().validateStatusUpdate(apiServices.context("it"), now, old)))
                .containsExactly("status.conditions[0].status: Unsupported value: \"Maybe\": supported values:"
                        + " \"True\", \"False\", \"Unknown\"");
    }
}
