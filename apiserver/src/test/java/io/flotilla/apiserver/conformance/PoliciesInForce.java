package io.flotilla.apiserver.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Admission policies that a test puts in force, and takes away again before the next one. */
final class PoliciesInForce {
    private final Rest admin;
    private final String policies;
    private final String bindings;
    private final List<String> made = new ArrayList<>();

    /** @param kind {@code mutating} or {@code validating} */
    PoliciesInForce(Rest admin, String kind) {
        this.admin = admin;
        this.policies = "/apis/admissionregistration.k8s.io/v1/" + kind + "admissionpolicies";
        this.bindings = "/apis/admissionregistration.k8s.io/v1/" + kind + "admissionpolicybindings";
    }

    /** Where the policies are. */
    String path() {
        return policies;
    }

    /** Binds a policy to a namespace, and returns once it is applied. */
    void enforce(ObjectNode policy, String namespace, String binding) throws Exception {
        String name = policy.path("metadata").path("name").asText();
        admin.post(policies, policy).expect(201);
        made.add(policies + "/" + name);
        ObjectNode bound = Json.object(
                "{metadata: {name: 'bind-%s'}, spec: {policyName: '%s', matchResources: {namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': '%s'}}}}}",
                name, name, namespace);
        ((ObjectNode) bound.get("spec")).setAll(Json.object(binding));
        admin.post(bindings, bound).expect(201);
        made.add(bindings + "/bind-" + name);
        settle();
    }

    /** Returns once admission knows all policies, and all objects of these lists. */
    void settle(String... lists) throws Exception {
        for (String list :
                Stream.concat(Stream.of(policies, bindings), Stream.of(lists)).toList()) {
            String now = admin.get(list).resourceVersion();
            admin.get(list + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + now)
                    .expect(200);
        }
    }

    /** Takes them away. */
    void lift() throws Exception {
        for (String each : made) {
            admin.delete(each);
        }
        settle();
    }
}
