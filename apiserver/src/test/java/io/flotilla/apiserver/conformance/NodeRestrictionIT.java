package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The agents of two nodes, of which none may touch what is the other's. */
@ExtendWith(Cluster.class)
class NodeRestrictionIT {
    private static final String PATCH = "application/merge-patch+json";

    private final Cluster.Running cluster;
    private final Rest admin;
    private String namespace = "";
    private String one = "";
    private Rest agent;
    private Rest other;

    NodeRestrictionIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
        this.agent = admin;
        this.other = admin;
    }

    @BeforeEach
    void twoNodes() throws Exception {
        namespace = cluster.namespace();
        one = "one-" + namespace;
        agent = agentOf(one);
        other = agentOf("other-" + namespace);
    }

    private Rest agentOf(String node) throws Exception {
        String user = "system:node:" + node;
        cluster.certificates().issue(user, List.of("system:nodes"));
        return cluster.as(user);
    }

    private ObjectNode node(String labels) {
        return Json.object("{metadata: {name: '%s', labels: {%s}}}", one, labels);
    }

    private String refusal(String what, String name, String why) {
        return what + " \"" + name + "\" is forbidden: " + why;
    }

    @Test
    void a_node_registers_and_reports_as_itself() throws Exception {
        other.post("/api/v1/nodes", node("a: 'b'"))
                .refused(
                        403,
                        "Forbidden",
                        refusal(
                                "nodes",
                                one,
                                "node \"other-" + namespace + "\" is not allowed to modify node \"" + one + "\""));
        agent.post("/api/v1/nodes", node("'node-restriction.kubernetes.io/a': 'b'"))
                .refused(
                        403,
                        "Forbidden",
                        refusal(
                                "nodes",
                                one,
                                "node \"" + one
                                        + "\" is not allowed to set the following labels: node-restriction.kubernetes.io/a"));
        agent.post("/api/v1/nodes", node("'kubernetes.io/hostname': 'b'")).expect(201);
        String path = "/api/v1/nodes/" + one;
        agent.patch(path + "/status", PATCH, "{\"status\":{\"capacity\":{\"cpu\":\"2\"}}}")
                .expect(200);
        agent.patch(path, PATCH, "{\"spec\":{\"taints\":[{\"key\":\"a\",\"effect\":\"NoExecute\"}]}}")
                .refused(
                        403,
                        "Forbidden",
                        refusal("nodes", one, "node \"" + one + "\" is not allowed to modify taints"));
        agent.patch(path, PATCH, "{\"metadata\":{\"labels\":{\"node-role.kubernetes.io/x\":\"\"}}}")
                .refused(
                        403,
                        "Forbidden",
                        refusal("nodes", one, "is not allowed to modify labels: node-role.kubernetes.io/x"));
        admin.patch(path, PATCH, "{\"spec\":{\"taints\":[{\"key\":\"a\",\"effect\":\"NoExecute\"}]}}")
                .expect(200);
    }

    @Test
    void a_node_has_to_do_with_the_pods_bound_to_it_only() throws Exception {
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        ObjectNode pod = Json.object(
                "{metadata: {name: 'p'}, spec: {nodeName: '%s', containers: [{name: 'c', image: 'i'}]}}", one);
        agent.post(pods, pod)
                .refused(
                        403,
                        "Forbidden",
                        refusal(
                                "pods",
                                "p",
                                "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"" + one
                                        + "\" can only create mirror pods"));
        String uid = admin.post(pods, pod).expect(201).at("/metadata/uid");
        String running = "{\"status\":{\"phase\":\"Running\"}}";
        String theirs = "node \"other-" + namespace + "\" can only %s with spec.nodeName set to itself";
        other.patch(pods + "/p/status", PATCH, running)
                .refused(403, "Forbidden", refusal("pods", "p", theirs.formatted("update pod status for pods")));
        agent.patch(pods + "/p/status", PATCH, running).expect(200);
        other.delete(pods + "/p").refused(403, "Forbidden", refusal("pods", "p", theirs.formatted("delete pods")));
        other.post(pods + "/p/eviction", Json.object("{metadata: {name: 'p'}}"))
                .refused(
                        403,
                        "Forbidden",
                        refusal(
                                "pods",
                                "p",
                                "node other-" + namespace + " can only evict pods with spec.nodeName set to itself"));
        String tokens = "/api/v1/namespaces/" + namespace + "/serviceaccounts/default/token";
        String bound = "{spec: {audiences: [], boundObjectRef: {apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '%s'}}}";
        other.post(tokens, Json.object(bound, uid))
                .refused(
                        403,
                        "Forbidden",
                        refusal(
                                "serviceaccounts",
                                "default",
                                "node requested token bound to a pod scheduled on a different node"));
        agent.post(tokens, Json.object("{spec: {}}"))
                .refused(
                        403,
                        "Forbidden",
                        refusal("serviceaccounts", "default", "node requested token not bound to a pod"));
        assertThat(agent.post(tokens, Json.object(bound, uid)).expect(201).at("/status/token"))
                .isNotEmpty();
        agent.delete(pods + "/p?gracePeriodSeconds=0").expect(200);
    }

    @Test
    void a_node_renews_its_own_lease() throws Exception {
        String leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        ObjectNode lease = Json.object("{metadata: {name: '%s'}, spec: {holderIdentity: '%s'}}", one, one);
        other.post(leases, lease)
                .refused(
                        403,
                        "Forbidden",
                        refusal(
                                "leases.coordination.k8s.io",
                                one,
                                "can only access node lease with the same name as the requesting node"));
        agent.post(leases, lease).expect(201);
        agent.patch(leases + "/" + one, PATCH, "{\"spec\":{\"leaseDurationSeconds\":40}}")
                .expect(200);
    }
}
