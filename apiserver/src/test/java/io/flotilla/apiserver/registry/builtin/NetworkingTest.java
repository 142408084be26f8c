package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.apiserver.request.FieldError;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkingTest {
    private static final String GROUP = "networking.k8s.io";
    private static final String BACKEND = "{service: {name: 'web', port: {number: 80}}}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            ingresses | {spec: {ingressClassName: 'nginx', tls: [{hosts: ['*.example.com'], secretName: 'cert'}], rules: [{host: 'a.example.com', http: {paths: [{path: '/', pathType: 'Prefix', backend: {service: {name: 'web', port: {name: 'http'}}}}]}}]}}
            ingresses | {spec: {defaultBackend: {resource: {apiGroup: 'k8s.example.com', kind: 'Bucket', name: 'static'}}}}
            ingressclasses | {spec: {controller: 'example.com/ingress-controller', parameters: {apiGroup: 'k8s.example.com', kind: 'Parameters', name: 'external'}}}
            ingressclasses | {spec: {controller: 'example.com/c', parameters: {kind: 'Parameters', name: 'p', scope: 'Namespace', namespace: 'ns'}}}
            networkpolicies | {spec: {podSelector: {}}}
            networkpolicies | {spec: {podSelector: {matchLabels: {role: 'db'}}, policyTypes: ['Ingress', 'Egress'], ingress: [{from: [{ipBlock: {cidr: '172.17.0.0/16', except: ['172.17.1.0/24']}}, {podSelector: {}, namespaceSelector: {}}], ports: [{port: 32000, endPort: 32768}, {port: 'http'}]}]}}
            ipaddresses | {metadata: {name: '2001:db8::1'}, spec: {parentRef: {resource: 'services', namespace: 'default', name: 'web'}}}
            servicecidrs | {spec: {cidrs: ['10.96.0.0/16', 'fd00::/108']}}
            """)
    void takes_good_objects(String resource, String text) {
        assertThat(new Kind(GROUP, "v1", resource).refusals(text)).isEmpty();
        assertThat(new Kind(GROUP, "v1", resource).updateRefusals(text, text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            | spec: Invalid value: "null": either `defaultBackend` or `rules` must be specified
            defaultBackend: {} | spec.defaultBackend: Invalid value: "": resource or service backend is required
            defaultBackend: {resource: {kind: 'K', name: 'n'}, service: {name: 'w'}} | spec.defaultBackend: Invalid value: "": cannot set both resource and service backends
            defaultBackend: {resource: {name: 'a/b'}} | spec.defaultBackend.resource.kind: Required value: kind is required
            defaultBackend: {resource: {name: 'a/b'}} | spec.defaultBackend.resource.name: Invalid value: "a/b": may not contain '/'
            defaultBackend: {service: {port: {number: 80}}} | spec.defaultBackend.service.name: Required value
            defaultBackend: {service: {name: 'w'}} | spec.defaultBackend: Required value: port name or number is required
            defaultBackend: {service: {name: 'w', port: {number: 70000}}} | spec.defaultBackend.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive
            defaultBackend: {service: {name: 'w', port: {number: 80, name: 'http'}}} | spec.defaultBackend: Invalid value: "": cannot set both port name & port number
            rules: [{host: '10.0.0.1'}] | spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address
            rules: [{host: 'a.*.b'}] | spec.rules[0].host: Invalid value: "a.*.b": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            rules: [{http: {paths: []}}] | spec.rules[0].http.paths: Required value
            rules: [{http: {paths: [{path: '/'}]}}] | spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified
            rules: [{http: {paths: [{path: '/', pathType: 'Regex'}]}}] | spec.rules[0].http.paths[0].pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"
            rules: [{http: {paths: [{path: 'a', pathType: 'Exact'}]}}] | spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path
            rules: [{http: {paths: [{pathType: 'Prefix'}]}}] | spec.rules[0].http.paths[0].path: Invalid value: "": must be an absolute path
            rules: [{http: {paths: [{path: '/a//b', pathType: 'Exact'}]}}] | spec.rules[0].http.paths[0].path: Invalid value: "/a//b": must not contain '//'
            rules: [{http: {paths: [{path: '/a/..', pathType: 'Exact'}]}}] | spec.rules[0].http.paths[0].path: Invalid value: "/a/..": cannot end with '/..'
            rules: [{host: 'a'}], tls: [{secretName: 'A'}] | spec.tls[0].secretName: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            """)
    void refuses_bad_ingresses(String fields, String finding) {
        assertThat(new Kind(GROUP, "v1", "ingresses").refusals("{spec: {" + (fields == null ? "" : fields) + "}}"))
                .contains(finding);
    }

    @Test
    void the_class_annotation_of_a_new_ingress_agrees_with_its_field() {
        String ingress = "{metadata: {annotations: {'kubernetes.io/ingress.class': 'old'}},"
                + " spec: {ingressClassName: 'new', defaultBackend: " + BACKEND + "}}";
        Kind ingresses = new Kind(GROUP, "v1", "ingresses");
        assertThat(ingresses.refusals(ingress))
                .containsExactly("annotations.kubernetes.io/ingress.class: Invalid value: \"old\": must match"
                        + " `ingressClassName` when both are specified");
        assertThat(ingresses.updateRefusals(ingress, ingress)).isEmpty();
    }

    @Test
    void an_ingress_keeps_the_bad_secret_names_and_wildcard_rules_that_it_had() {
        Kind ingresses = new Kind(GROUP, "v1", "ingresses");
        String secret = "{spec: {defaultBackend: " + BACKEND + ", tls: [{secretName: 'A'}]}}";
        assertThat(ingresses.updateRefusals(secret, secret)).isEmpty();
        String rule = "{spec: {rules: [{host: '*.a', http: {paths: []}}]}}";
        assertThat(ingresses.updateRefusals(rule, rule)).isEmpty();
        assertThat(ingresses.updateRefusals(rule.replace("*.", ""), rule))
                .containsExactly("spec.rules[0].http.paths: Required value");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            ingressclasses | {spec: {}} | spec.controller: Required value
            ingressclasses | {spec: {controller: 'nginx'}} | spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")
            ingressclasses | {spec: {controller: 'a.b/c d'}} | spec.controller: Invalid value: "c d": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')
            ingressclasses | {spec: {controller: 'a.b/c', parameters: {kind: 'K', name: 'n', scope: 'Namespace'}}} | spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'
            ingressclasses | {spec: {controller: 'a.b/c', parameters: {kind: 'K', name: 'n', namespace: 'x'}}} | spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'
            ingressclasses | {spec: {controller: 'a.b/c', parameters: {kind: 'K', name: 'n', scope: 'All'}}} | spec.parameters.scope: Unsupported value: "All": supported values: "Cluster", "Namespace"
            networkpolicies | {spec: {podSelector: {matchLabels: {'-': 'x'}}}} | spec.podSelector.matchLabels: Invalid value: "-": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            networkpolicies | {spec: {ingress: [{from: [{}]}]}} | spec.ingress[0].from[0]: Required value: must specify a peer
            networkpolicies | {spec: {egress: [{to: [{podSelector: {}, ipBlock: {cidr: '10.0.0.0/8'}}]}]}} | spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer
            networkpolicies | {spec: {egress: [{to: [{ipBlock: {}}]}]}} | spec.egress[0].to[0].ipBlock.cidr: Required value
            networkpolicies | {spec: {egress: [{to: [{ipBlock: {cidr: '10.0.0.1'}}]}]}} | spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.1": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)
            networkpolicies | {spec: {egress: [{to: [{ipBlock: {cidr: '10.0.0.0/8', except: ['10.0.0.0/8']}}]}]}} | spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`
            networkpolicies | {spec: {ingress: [{ports: [{protocol: 'ICMP'}]}]}} | spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"
            networkpolicies | {spec: {ingress: [{ports: [{port: 0}]}]}} | spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive
            networkpolicies | {spec: {ingress: [{ports: [{endPort: 80}]}]}} | spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is not specified
            networkpolicies | {spec: {ingress: [{ports: [{port: 'http', endPort: 80}]}]}} | spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is non-numeric
            networkpolicies | {spec: {ingress: [{ports: [{port: 90, endPort: 80}]}]}} | spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`
            networkpolicies | {spec: {policyTypes: ['Both']}} | spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"
            networkpolicies | {spec: {policyTypes: ['Ingress', 'Egress', 'Ingress']}} | spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes
            ipaddresses | {spec: {parentRef: {resource: 'services', name: 'web'}}} | metadata.name: Invalid value: "it": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            ipaddresses | {metadata: {name: '10.0.0.1'}, spec: {}} | spec.parentRef: Required value
            ipaddresses | {metadata: {name: '10.0.0.1'}, spec: {parentRef: {name: 'web'}}} | spec.parentRef.resource: Required value
            servicecidrs | {spec: {}} | spec.cidrs: Required value: at least one CIDR required
            servicecidrs | {spec: {cidrs: ['10.0.0.0']}} | spec.cidrs[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)
            servicecidrs | {spec: {cidrs: ['10.0.0.0/24', '10.1.0.0/24']}} | spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/24","10.1.0.0/24"]}: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64
            """)
    void refuses_bad_objects(String resource, String text, String finding) {
        assertThat(new Kind(GROUP, "v1", resource).refusals(text)).contains(finding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            ingressclasses | {spec: {controller: 'a.b/c'}} | {spec: {controller: 'a.b/d'}} | spec.controller: Invalid value: "a.b/d": field is immutable
            servicecidrs | {spec: {cidrs: ['10.0.0.0/24']}} | {spec: {cidrs: ['10.0.0.0/16']}} | spec.cidrs: Invalid value: ["10.0.0.0/16"]: field is immutable
            ipaddresses | {spec: {parentRef: {resource: 'a', name: 'b'}}} | {spec: {parentRef: {resource: 'a', name: 'c'}}} | spec.parentRef: Invalid value: {"resource":"a","name":"c"}: field is immutable
            """)
    void some_fields_stay(String resource, String before, String after, String finding) {
        assertThat(new Kind(GROUP, "v1", resource).updateRefusals(before, after))
                .containsExactly(finding);
    }

    @Test
    void findings_carry_the_reasons_of_kubernetes() {
        Kind classes = new Kind(GROUP, "v1", "ingressclasses");
        List<FieldError> errors = classes.strategy()
                .validate(
                        classes.context(""),
                        classes.prepared("{spec: {parameters: {name: 'a/b', kind: 'K', namespace: 'x'}}}"));
        assertThat(errors.stream().map(each -> each.type().reason()))
                .containsExactly("FieldValueRequired", "FieldValueInvalid", "FieldValueForbidden");
    }

    @Test
    void generation_counts_changes_of_the_spec() {
        Kind policies = new Kind(GROUP, "v1", "networkpolicies");
        var old = policies.stored("{spec: {podSelector: {}}}");
        var now = policies.defaulted("{spec: {podSelector: {matchLabels: {a: 'b'}}}}");
        policies.strategy().prepareForUpdate(policies.context("it"), now, old);
        assertThat(old.at("/metadata/generation").asInt()).isEqualTo(1);
        assertThat(now.at("/metadata/generation").asInt()).isEqualTo(2);
    }

    @Test
    void the_status_of_an_ingress_names_hosts_by_name() {
        Kind ingresses = new Kind(GROUP, "v1", "ingresses");
        var object = ingresses.stored("{spec: {defaultBackend: " + BACKEND + "}}");
        var now = object.deepCopy();
        now.set(
                "status",
                Kind.parse(
                        "{loadBalancer: {ingress: [{ip: 'x'}, {hostname: '10.0.0.1'}, {hostname: 'a.example.com'}]}}"));
        assertThat(Kind.told(ingresses.strategy().validateStatusUpdate(ingresses.context("it"), now, object)))
                .containsExactly(
                        "status.loadBalancer.ingress[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g."
                                + " 10.9.8.7 or 2001:db8::ffff)",
                        "status.loadBalancer.ingress[1].hostname: Invalid value: \"10.0.0.1\": must be a DNS name, not"
                                + " an IP address");
    }
}
