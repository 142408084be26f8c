package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.User;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeRestrictionTest {
    private static final String MIRROR = "metadata: {name: 'it', annotations: {'kubernetes.io/config.mirror': 'x'},"
            + " ownerReferences: [{apiVersion: 'v1', kind: 'Node', name: 'n1', uid: '%s', controller: true}]}";

    private static Admission plugin(Kind kind) {
        return kind.kinds.admission().stream()
                .filter(each -> each.name().equals("NodeRestriction"))
                .findFirst()
                .orElseThrow();
    }

    private static WriteContext as(String user, Kind kind, String namespace, String name) {
        return new WriteContext(
                kind.resource(),
                namespace,
                name,
                new User(user, "", List.of("system:nodes", User.AUTHENTICATED), Map.of()),
                false,
                Kind.NOW,
                kind.store,
                _ -> {});
    }

    private static WriteContext asNode(Kind kind, String name) {
        return as("system:node:n1", kind, kind.resource().namespaced() ? "default" : "", name);
    }

    private static ThrowingCallable creation(Kind kind, String object) {
        return () -> plugin(kind).admit(asNode(kind, ""), kind.defaulted(object), null);
    }

    private static ThrowingCallable update(Kind kind, String object, String old) {
        return () -> {
            plugin(kind).admit(asNode(kind, "it"), kind.defaulted(object), kind.defaulted(old));
            plugin(kind).validate(asNode(kind, "it"), kind.defaulted(object), kind.defaulted(old));
        };
    }

    private static ThrowingCallable statusUpdate(Kind kind, String object, String old) {
        return () -> plugin(kind).validate(asNode(kind, "it"), kind.defaulted(object), kind.defaulted(old));
    }

    private static String nodeUid(Kind kind) {
        ObjectNode node = new Kind("", "v1", "nodes").defaulted("{metadata: {name: 'n1'}}");
        return kind.store
                .create(Kind.SCHEMA.resource("", "v1", "nodes").orElseThrow(), node)
                .path("metadata")
                .path("uid")
                .asText();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {metadata: {name: 'n2'}} | node "n1" is not allowed to modify node "n2"
            {metadata: {name: 'n1', labels: {'node-restriction.kubernetes.io/a': 'b', 'x.kubernetes.io/y': 'z', plain: 'c'}}} | node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/a, x.kubernetes.io/y
            {metadata: {name: 'n1', labels: {'node-role.kubernetes.io/control-plane': ''}}} | node "n1" is not allowed to set the following labels: node-role.kubernetes.io/control-plane
            {metadata: {name: 'n1'}, spec: {configSource: {}}} | node "n1" is not allowed to create pods with a non-nil configSource
            """)
    void a_node_registers_as_itself_and_with_labels_of_its_own(String node, String refusal) {
        Kind nodes = new Kind("", "v1", "nodes");
        assertThatThrownBy(creation(nodes, node)).hasMessageEndingWith(" is forbidden: " + refusal);
    }

    @Test
    void a_node_may_tell_of_its_machine_and_start_tainted() {
        Kind nodes = new Kind("", "v1", "nodes");
        assertThatCode(creation(
                        nodes,
                        "{metadata: {name: 'n1', labels: {'kubernetes.io/hostname': 'n1', 'beta.kubernetes.io/os': 'linux',"
                                + " 'topology.kubernetes.io/zone': 'z', 'a.node.kubernetes.io/b': 'c',"
                                + " 'kubelet.kubernetes.io/x': 'y', 'example.com/z': ''}}, spec: {taints: [{key: 'a', effect:"
                                + " 'NoSchedule'}]}}"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {spec: {taints: [{key: 'a', effect: 'NoSchedule'}]}} | {} | node "n1" is not allowed to modify taints
            {} | {spec: {taints: [{key: 'a', effect: 'NoSchedule'}]}} | node "n1" is not allowed to modify taints
            {metadata: {name: 'n1', labels: {'k8s.io/a': '1'}}} | {metadata: {name: 'n1', labels: {'k8s.io/b': '1'}}} | is not allowed to modify labels: k8s.io/a, k8s.io/b
            {spec: {configSource: {configMap: {name: 'a'}}}} | {} | node "n1" is not allowed to update configSource to a new non-nil configSource
            {metadata: {name: 'n1', ownerReferences: [{apiVersion: 'v1', kind: 'Node', name: 'a', uid: 'u'}]}} | {} | node "n1" is not allowed to modify ownerReferences
            """)
    void a_node_leaves_alone_what_steers_work_to_it(String now, String old, String refusal) {
        Kind nodes = new Kind("", "v1", "nodes");
        ObjectNode node = nodes.defaulted(now);
        ObjectNode before = nodes.defaulted(old);
        ((ObjectNode) node.get("metadata")).put("name", "n1");
        ((ObjectNode) before.get("metadata")).put("name", "n1");
        String message = "nodes \"n1\" is forbidden: " + refusal;
        assertThatThrownBy(() -> plugin(nodes).admit(asNode(nodes, "n1"), node, before))
                .hasMessage(message);
        assertThatThrownBy(() -> plugin(nodes).validate(asNode(nodes, "n1"), node, before))
                .hasMessage(message);
        assertThatCode(() -> plugin(nodes).admit(nodes.context("n1"), node, before))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            metadata: {name: 'it'} | nodeName: 'n1' | pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods
            MIRROR | nodeName: 'n2' | node "n1" can only create pods with spec.nodeName set to itself
            metadata: {name: 'it', annotations: {'kubernetes.io/config.mirror': 'x'}} | nodeName: 'n1' | node "n1" can only create pods with an owner reference set to itself
            metadata: {name: 'it', annotations: {'kubernetes.io/config.mirror': 'x'}, ownerReferences: [{apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u'}]} | nodeName: 'n1' | node "n1" can only create pods with a controller owner reference set to itself
            metadata: {name: 'it', annotations: {'kubernetes.io/config.mirror': 'x'}, ownerReferences: [{apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u', controller: true}]} | nodeName: 'n1' | node n1 UID mismatch: expected u got 0a1b
            MIRROR | nodeName: 'n1', serviceAccountName: 'a' | node "n1" can not create pods that reference a service account
            MIRROR | nodeName: 'n1', imagePullSecrets: [{name: 's'}] | node "n1" can not create pods that reference secrets
            MIRROR | nodeName: 'n1', volumes: [{name: 'v', csi: {driver: 'd', nodePublishSecretRef: {name: 's'}}}] | node "n1" can not create pods that reference secrets
            MIRROR | nodeName: 'n1', containers: [{name: 'c', image: 'i', envFrom: [{configMapRef: {name: 'm'}}]}] | node "n1" can not create pods that reference configmaps
            MIRROR | nodeName: 'n1', volumes: [{name: 'v', persistentVolumeClaim: {claimName: 'c'}}] | node "n1" can not create pods that reference persistentvolumeclaims
            """)
    void a_node_creates_mirrors_of_its_own_pods_only(String metadata, String spec, String refusal) {
        Kind pods = new Kind("", "v1", "pods");
        String pod = "{" + metadata.replace("MIRROR", MIRROR.formatted(nodeUid(pods))) + ", spec: {" + spec + "}}";
        assertThatThrownBy(creation(pods, pod)).hasMessage("pods \"it\" is forbidden: " + refusal);
    }

    @Test
    void a_mirror_pod_of_the_node_itself_is_created() {
        Kind pods = new Kind("", "v1", "pods");
        String pod = "{" + MIRROR.formatted(nodeUid(pods))
                + ", spec: {nodeName: 'n1', containers: [{name: 'c', image: 'i'}],"
                + " volumes: [{name: 'v', hostPath: {path: '/'}}]}}";
        assertThatCode(creation(pods, pod)).doesNotThrowAnyException();
    }

    @Test
    void a_node_tells_of_and_deletes_pods_bound_to_it() {
        Kind pods = new Kind("", "v1", "pods");
        String own = "{spec: {nodeName: 'n1'}}";
        String other = "{spec: {nodeName: 'n2'}}";
        assertThatCode(statusUpdate(pods, "{spec: {nodeName: 'n1'}, status: {phase: 'Running'}}", own))
                .doesNotThrowAnyException();
        assertThatThrownBy(statusUpdate(pods, other, other))
                .hasMessage(
                        "pods \"it\" is forbidden: node \"n1\" can only update pod status for pods with spec.nodeName"
                                + " set to itself");
        assertThatThrownBy(statusUpdate(pods, "{metadata: {labels: {a: 'b'}}, spec: {nodeName: 'n1'}}", own))
                .hasMessage("pods \"it\" is forbidden: node \"n1\" cannot update labels through pod status");
        assertThatThrownBy(statusUpdate(
                        pods,
                        "{spec: {nodeName: 'n1'}, status: {resourceClaimStatuses: [{name: 'a', resourceClaimName: 'b'}]}}",
                        own))
                .hasMessage("pods \"it\" is forbidden: node \"n1\" cannot update resource claim statues");
        assertThatThrownBy(update(pods, own, own))
                .hasMessage("pods \"it\" is forbidden: unexpected operation \"UPDATE\", node \"n1\" can only create and"
                        + " delete mirror pods");
        assertThatCode(() -> plugin(pods).validateDelete(asNode(pods, "it"), pods.defaulted(own)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> plugin(pods).validateDelete(asNode(pods, "it"), pods.defaulted(other)))
                .hasMessage(
                        "pods \"it\" is forbidden: node \"n1\" can only delete pods with spec.nodeName set to itself");
    }

    @Test
    void a_node_evicts_pods_bound_to_it_and_uses_no_other_subresource() {
        Kind pods = new Kind("", "v1", "pods");
        pods.store.create(pods.resource(), pods.defaulted("{spec: {nodeName: 'n2'}}"));
        assertThatThrownBy(() -> pods.handler("eviction").create(asNode(pods, "it"), Kind.parse("{}")))
                .hasMessage("pods \"it\" is forbidden: node n1 can only evict pods with spec.nodeName set to itself");
        assertThatThrownBy(() -> pods.handler("eviction").create(asNode(pods, "none"), Kind.parse("{}")))
                .hasMessage("pods \"none\" not found");
        for (String each : List.of("binding", "resize", "ephemeralcontainers")) {
            assertThatThrownBy(() -> {
                        pods.handler(each).update(asNode(pods, "it"), Kind.parse("{}"));
                    })
                    .hasMessage("pods \"it\" is forbidden: unexpected pod subresource \"" + each
                            + "\", only 'status' and 'eviction' are allowed");
        }
    }

    @Test
    void a_node_grows_claims_and_changes_nothing_else_of_them() {
        Kind claims = new Kind("", "v1", "persistentvolumeclaims");
        String refusal = "persistentvolumeclaims \"it\" is forbidden: ";
        assertThatThrownBy(creation(claims, "{}")).hasMessage(refusal + "may only update PVC status");
        assertThatThrownBy(update(claims, "{}", "{}")).hasMessage(refusal + "may only update PVC status");
        assertThatCode(statusUpdate(
                        claims,
                        "{status: {capacity: {storage: '2Gi'}, conditions: [{type: 'A', status: 'True'}]}}",
                        "{}"))
                .doesNotThrowAnyException();
        assertThatThrownBy(statusUpdate(claims, "{metadata: {labels: {a: 'b'}}, status: {phase: 'Lost'}}", "{}"))
                .hasMessage(refusal + "node \"n1\" is not allowed to update fields other than status.capacity and"
                        + " status.conditions: metadata, status");
    }

    @Test
    void leases_csi_nodes_and_slices_are_those_of_the_node() {
        Kind leases = new Kind("coordination.k8s.io", "v1", "leases");
        ObjectNode lease = leases.defaulted("{metadata: {name: 'n1'}}");
        assertThatThrownBy(() -> plugin(leases).admit(asNode(leases, ""), lease, null))
                .hasMessage("leases.coordination.k8s.io \"n1\" is forbidden: can only access leases in the"
                        + " \"kube-node-lease\" system namespace");
        WriteContext there = as("system:node:n1", leases, "kube-node-lease", "");
        assertThatCode(() -> plugin(leases).admit(there, lease, null)).doesNotThrowAnyException();
        assertThatThrownBy(() -> plugin(leases).admit(there, leases.defaulted("{}"), null))
                .hasMessageEndingWith("can only access node lease with the same name as the requesting node");
        Kind csi = new Kind("storage.k8s.io", "v1", "csinodes");
        assertThatThrownBy(creation(csi, "{}"))
                .hasMessageEndingWith("can only access CSINode with the same name as the requesting node");
        assertThatCode(creation(csi, "{metadata: {name: 'n1'}}")).doesNotThrowAnyException();
        Kind slices = new Kind("resource.k8s.io", "v1", "resourceslices");
        assertThatCode(creation(slices, "{spec: {nodeName: 'n1'}}")).doesNotThrowAnyException();
        assertThatThrownBy(creation(slices, "{spec: {allNodes: true}}"))
                .hasMessageEndingWith("can only create ResourceSlice with the same NodeName as the requesting node");
        assertThatThrownBy(() -> plugin(slices)
                        .validateDelete(asNode(slices, "it"), slices.defaulted("{spec: {nodeName: 'n2'}}")))
                .hasMessageEndingWith("can only delete ResourceSlice with the same NodeName as the requesting node");
    }

    @Test
    void a_node_without_a_name_is_refused_and_others_pass() {
        Kind nodes = new Kind("", "v1", "nodes");
        ObjectNode node = nodes.defaulted("{}");
        assertThatThrownBy(() -> plugin(nodes).admit(as("system:node:", nodes, "", ""), node, null))
                .hasMessage("nodes \"it\" is forbidden: could not determine node from user \"system:node:\"");
        assertThatCode(() -> plugin(nodes).admit(as("system:nodes", nodes, "", ""), node, null))
                .doesNotThrowAnyException();
        assertThat(plugin(nodes).handles("", "configmaps")).isFalse();
    }
}
