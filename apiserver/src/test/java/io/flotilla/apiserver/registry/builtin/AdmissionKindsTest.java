package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.apiserver.admission.policy.MutatingPolicyRules;
import io.flotilla.apiserver.admission.policy.ValidatingPolicyRules;
import io.flotilla.apiserver.admission.webhook.WebhookStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionKindsTest {
    private static final String RULE =
            "{operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments', 'deployments/scale']}";
    private static final String HOOK = "name: 'a.b.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'],"
            + " clientConfig: {url: 'https://hook.example.com/admit'}, rules: [" + RULE + "]";
    private static final String POLICY = "matchConstraints: {resourceRules: [" + RULE + "]}";

    private static Kind kind(String resource) {
        Kind kind = new Kind("admissionregistration.k8s.io", "v1", resource);
        if (resource.endsWith("webhookconfigurations")) {
            kind.kinds.withRules(kind.resource().qualifiedResource(), new WebhookStrategy());
        }
        switch (resource) {
            case "mutatingadmissionpolicies" ->
                kind.kinds.withRules(kind.resource().qualifiedResource(), new MutatingPolicyRules());
            case "validatingadmissionpolicies" ->
                kind.kinds.withRules(kind.resource().qualifiedResource(), new ValidatingPolicyRules());
            default -> {}
        }
        return kind;
    }

    private static String hooks(String fields) {
        return "{webhooks: [{" + HOOK + (fields.isEmpty() ? "" : ", " + fields) + "}]}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"validatingwebhookconfigurations", "mutatingwebhookconfigurations"})
    void takes_good_webhooks(String resource) {
        assertThat(kind(resource).refusals(hooks(""))).isEmpty();
        String served = hooks("clientConfig: {service: {name: 'hook', namespace: 'default', path: '/admit/pods/'}},"
                + " matchConditions: [{name: 'not-system', expression: 'true'}]");
        assertThat(kind(resource).refusals(served)).isEmpty();
        assertThat(kind(resource).updateRefusals(served, served)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            name: '' | name: Required value
            name: 'a.b' | name: Invalid value: "a.b": should be a domain with at least three segments separated by dots
            failurePolicy: 'Warn' | failurePolicy: Unsupported value: "Warn": supported values: "Fail", "Ignore"
            matchPolicy: 'Fuzzy' | matchPolicy: Unsupported value: "Fuzzy": supported values: "Equivalent", "Exact"
            sideEffects: null | sideEffects: Required value: must specify one of None, NoneOnDryRun
            sideEffects: 'Some' | sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"
            timeoutSeconds: 31 | timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds
            reinvocationPolicy: 'Always' | reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"
            admissionReviewVersions: [] | admissionReviewVersions: Required value: must specify one of v1, v1beta1
            admissionReviewVersions: ['v2'] | admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1
            admissionReviewVersions: ['v1', 'v1'] | admissionReviewVersions[1]: Invalid value: "v1": duplicate version
            clientConfig: {} | clientConfig: Required value: exactly one of url or service is required
            clientConfig: {url: 'http://a'} | clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]
            clientConfig: {url: 'https:///a'} | clientConfig.url: Invalid value: "": host must be provided; desired format: https://host[/path]
            clientConfig: {url: 'https://me@a'} | clientConfig.url: Invalid value: "me": user information is not permitted in the URL
            clientConfig: {url: 'https://a#b'} | clientConfig.url: Invalid value: "b": fragments are not permitted in the URL
            clientConfig: {url: 'https://a?b=c'} | clientConfig.url: Invalid value: "b=c": query parameters are not permitted in the URL
            clientConfig: {service: {namespace: 'a'}} | clientConfig.service.name: Required value: service name is required
            clientConfig: {service: {name: 'a', namespace: 'a', port: 65536}} | clientConfig.service.port: Invalid value: 65536: port is not valid: must be between 1 and 65535, inclusive
            clientConfig: {service: {name: 'a', namespace: 'a', path: 'b'}} | clientConfig.service.path: Invalid value: "b": must start with a '/'
            clientConfig: {service: {name: 'a', namespace: 'a', path: '/b//c'}} | clientConfig.service.path: Invalid value: "/b//c": segment[1] may not be empty
            rules: [{}] | rules[0].operations: Required value
            rules: [{}] | rules[0].resources: Required value
            rules: [{operations: ['READ']}] | rules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"
            rules: [{operations: ['*', 'CREATE']}] | rules[0].operations: Invalid value: ["*","CREATE"]: if '*' is present, must not specify other operations
            rules: [{apiGroups: ['*', 'a']}] | rules[0].apiGroups: Invalid value: ["*","a"]: if '*' is present, must not specify other API groups
            rules: [{apiVersions: ['']}] | rules[0].apiVersions[0]: Required value
            rules: [{resources: ['*', 'pods']}] | rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources
            rules: [{resources: ['*/*', 'pods']}] | rules[0].resources: Invalid value: ["*/*","pods"]: if '*/*' is present, must not specify other resources
            rules: [{resources: ['pods/*', 'pods/log']}] | rules[0].resources[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log
            rules: [{resources: ['*/scale', 'a/scale']}] | rules[0].resources[1]: Invalid value: "a/scale": if '*/scale' is present, must not specify a/scale
            rules: [{scope: 'Galaxy'}] | rules[0].scope: Unsupported value: "Galaxy": supported values: "*", "Cluster", "Namespaced"
            matchConditions: [{name: 'a', expression: '1'}] | matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int
            matchConditions: [{name: 'a'}] | matchConditions[0].expression: Required value
            matchConditions: [{name: 'a', expression: 'true'}, {name: 'a', expression: 'true'}] | matchConditions[1].name: Duplicate value: "a"
            """)
    void refuses_bad_webhooks(String fields, String finding) {
        assertThat(kind("mutatingwebhookconfigurations").refusals(hooks(fields)))
                .contains("webhooks[0]." + finding);
    }

    @Test
    void names_of_webhooks_are_their_own() {
        String twice = "{webhooks: [{" + HOOK + "}, {" + HOOK + "}]}";
        Kind hooks = kind("validatingwebhookconfigurations");
        assertThat(hooks.refusals(twice)).containsExactly("webhooks[1].name: Duplicate value: \"a.b.example.com\"");
        assertThat(hooks.updateRefusals(twice, twice)).isEmpty();
        assertThat(hooks.updateRefusals(hooks(""), twice)).hasSize(1);
    }

    @Test
    void an_old_webhook_keeps_its_side_effects_and_versions() {
        Kind hooks = kind("validatingwebhookconfigurations");
        String old = hooks("sideEffects: 'Some', admissionReviewVersions: ['v2']");
        assertThat(hooks.refusals(old)).hasSize(2);
        assertThat(hooks.updateRefusals(old, old)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            validatingadmissionpolicies | matchConstraints: null | spec.matchConstraints: Required value
            validatingadmissionpolicies | matchConstraints: {} | spec.matchConstraints.resourceRules: Required value
            validatingadmissionpolicies | matchConstraints: {resourceRules: [{resourceNames: ['a/b']}]} | spec.matchConstraints.resourceRules[0].resourceNames[0]: Invalid value: "a/b": may not contain '/'
            validatingadmissionpolicies | failurePolicy: 'Open' | spec.failurePolicy: Unsupported value: "Open": supported values: "Fail", "Ignore"
            validatingadmissionpolicies | paramKind: {apiVersion: 'a/b/c', kind: 'K'} | spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c
            validatingadmissionpolicies | paramKind: {apiVersion: 'a/', kind: 'K'} | spec.paramKind.apiVersion: Invalid value: "a/": version must be specified
            validatingadmissionpolicies | paramKind: {apiVersion: 'v1'} | spec.paramKind.kind: Required value
            validatingadmissionpolicies | validations: [] | spec.validations: Required value: validations or auditAnnotations must contain at least one item
            validatingadmissionpolicies | validations: [{}] | spec.validations[0].expression: Required value: expression is not specified
            validatingadmissionpolicies | validations: [{expression: 'true', message: ' '}] | spec.validations[0].message: Invalid value: " ": message must be non-empty if specified
            validatingadmissionpolicies | validations: [{expression: 'true', reason: 'Whim'}] | spec.validations[0].reason: Unsupported value: "Whim": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"
            validatingadmissionpolicies | variables: [{name: 'in', expression: '1'}] | spec.variables[0].name: Invalid value: "in": name is not a valid CEL identifier
            validatingadmissionpolicies | variables: [{name: 'a'}] | spec.variables[0].expression: Required value: expression is not specified
            validatingadmissionpolicies | auditAnnotations: [{key: 'a'}] | spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified
            validatingadmissionpolicies | auditAnnotations: [{key: 'a', valueExpression: '1'}, {key: 'a', valueExpression: '1'}] | spec.auditAnnotations[1].key: Duplicate value: "a"
            mutatingadmissionpolicies | reinvocationPolicy: 'Often' | spec.mutations: Required value: mutations must contain at least one item
            mutatingadmissionpolicies | reinvocationPolicy: 'Often' | spec.reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"
            mutatingadmissionpolicies | mutations: [{}] | spec.mutations[0].patchType: Required value
            mutatingadmissionpolicies | mutations: [{patchType: 'Merge'}] | spec.mutations[0].patchType: Unsupported value: "Merge": supported values: "ApplyConfiguration", "JSONPatch"
            mutatingadmissionpolicies | mutations: [{patchType: 'JSONPatch'}] | spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch
            mutatingadmissionpolicies | mutations: [{patchType: 'ApplyConfiguration', applyConfiguration: {}}] | spec.mutations[0].applyConfiguration.expression: Required value
            mutatingadmissionpolicies | mutations: [{patchType: 'ApplyConfiguration', jsonPatch: {}}] | spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType is ApplyConfiguration
            mutatingadmissionpolicies | matchConstraints: {resourceRules: [{operations: ['DELETE']}]} | spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"
            validatingadmissionpolicies | validations: [{expression: '1'}] | spec.validations[0].expression: Invalid value: "1": must evaluate to bool but got int
            validatingadmissionpolicies | validations: [{expression: 'true', messageExpression: '1'}] | spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string but got int
            validatingadmissionpolicies | auditAnnotations: [{key: 'a', valueExpression: '1'}] | spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int
            validatingadmissionpolicybindings | policyName: '' | spec.policyName: Required value
            validatingadmissionpolicybindings | validationActions: [] | spec.validationActions: Required value: at least one validation action is required
            validatingadmissionpolicybindings | validationActions: ['Shrug'] | spec.validationActions[0]: Unsupported value: "Shrug": supported values: "Audit", "Deny", "Warn"
            validatingadmissionpolicybindings | validationActions: ['Deny', 'Warn'] | spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)
            mutatingadmissionpolicybindings | paramRef: {} | spec.paramRef: Required value: one of name or selector must be specified
            mutatingadmissionpolicybindings | paramRef: {name: 'a', selector: {}} | spec.paramRef.selector: Forbidden: name and selector are mutually exclusive
            mutatingadmissionpolicybindings | paramRef: {name: 'a', parameterNotFoundAction: 'Ask'} | spec.paramRef.parameterNotFoundAction: Unsupported value: "Ask": supported values: "Deny", "Allow"
            mutatingadmissionpolicybindings | matchResources: {matchPolicy: 'Fuzzy'} | spec.matchResources.matchPolicy: Unsupported value: "Fuzzy": supported values: "Equivalent", "Exact"
            """)
    void refuses_bad_policies(String resource, String fields, String finding) {
        assertThat(kind(resource).refusals("{spec: {" + POLICY + ", " + fields + "}}"))
                .contains(finding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            validatingadmissionpolicies | paramKind: {apiVersion: 'rules.example.com/v1', kind: 'ReplicaLimit'}, variables: [{name: 'max', expression: '3'}], validations: [{expression: 'true', messageExpression: '"no"', reason: 'Forbidden'}], auditAnnotations: [{key: 'seen', valueExpression: '"yes"'}]
            mutatingadmissionpolicies | reinvocationPolicy: 'Never', mutations: [{patchType: 'JSONPatch', jsonPatch: {expression: '[JSONPatch{}]'}}]
            """)
    void takes_good_policies(String resource, String fields) {
        String text = "{spec: {" + POLICY + ", " + fields + "}}";
        assertThat(kind(resource).refusals(text)).isEmpty();
        assertThat(kind(resource).updateRefusals(text, text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"validatingadmissionpolicybindings", "mutatingadmissionpolicybindings"})
    void takes_good_bindings(String resource) {
        String actions = resource.startsWith("validating") ? ", validationActions: ['Deny', 'Audit']" : "";
        assertThat(kind(resource)
                        .refusals("{spec: {policyName: 'p', paramRef: {name: 'a', parameterNotFoundAction: 'Deny'},"
                                + " matchResources: {namespaceSelector: {matchLabels: {env: 'prod'}}}" + actions
                                + "}}"))
                .isEmpty();
    }
}
