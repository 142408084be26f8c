package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What flow schemas and priority levels say over the wire. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class PriorityAndFairnessIT {
    private static final String GROUP = "/apis/flowcontrol.apiserver.k8s.io/v1/";
    private static final String SCHEMAS = GROUP + "flowschemas";
    private static final String LEVELS = GROUP + "prioritylevelconfigurations";

    private final Cluster.Running cluster;
    private final Rest admin;
    private String name = "";

    PriorityAndFairnessIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newName() throws Exception {
        name = cluster.namespace();
    }

    @AfterEach
    void remove() throws Exception {
        admin.delete(SCHEMAS + "/" + name).expect(200);
        admin.delete(LEVELS + "/" + name);
    }

    /** A level that refuses whatever finds no seat. */
    private Reply level(int shares) throws Exception {
        return admin.post(
                        LEVELS,
                        Json.object(
                                "{metadata: {name: '%s'}, spec: {type: 'Limited', limited: {nominalConcurrencyShares: %d, borrowingLimitPercent: 0, limitResponse: {type: 'Reject'}}}}",
                                name, shares))
                .expect(201);
    }

    /** A schema of that level for all requests of one user. */
    private Reply schema(String user) throws Exception {
        return admin.post(
                        SCHEMAS,
                        Json.object(
                                "{metadata: {name: '%s'}, spec: {matchingPrecedence: 10, priorityLevelConfiguration: {name: '%s'}, rules: [{subjects: [{kind: 'User', user: {name: '%s'}}], resourceRules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*']}]}]}}",
                                name, name, user))
                .expect(201);
    }

    @Test
    void aFullLevelRefusesAndOthersAreServed() throws Exception {
        String user = name + "-user";
        cluster.certificates().issue(user, List.of());
        // One request at a time is served even without a share.
        String levelUid = level(0).at("/metadata/uid");
        String schemaUid = schema(user).at("/metadata/uid");
        Rest client = cluster.as(user);
        String nodes = "/api/v1/nodes";
        Awaitility.await()
                .until(() -> client.get(nodes)
                        .header("x-kubernetes-pf-flowschema-uid")
                        .equals(schemaUid));

        Reply refused = Awaitility.await()
                .until(() -> refusedOf(client, nodes), Optional::isPresent)
                .orElseThrow();
        assertThat(refused.header("retry-after")).isEqualTo("1");
        assertThat(refused.header("x-kubernetes-pf-flowschema-uid")).isEqualTo(schemaUid);
        assertThat(refused.header("x-kubernetes-pf-prioritylevel-uid")).isEqualTo(levelUid);
        assertThat(refused.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(refused.text()).isEqualTo("Too many requests, please try again later.\n");
        assertThat(refusedOf(cluster.as(Cluster.ALICE), nodes)).isEmpty();
    }

    /** Asks a hundred times at once, and returns an answer that refuses for there being too many, if there is one. */
    private static Optional<Reply> refusedOf(Rest client, String path) throws Exception {
        try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> replies = askers.invokeAll(Collections.nCopies(100, () -> client.get(path)));
            for (Future<Reply> reply : replies) {
                if (reply.get().code() == 429) {
                    return Optional.of(reply.get());
                }
            }
            return Optional.empty();
        }
    }

    @Test
    void aSchemaTellsWhetherItsLevelExists() throws Exception {
        Instant before = Instant.now().minusSeconds(1);
        schema("nobody");
        String named = "This FlowSchema references the PriorityLevelConfiguration object named \"" + name + "\" ";

        JsonNode dangling = condition("True");
        assertThat(dangling.path("reason").asText()).isEqualTo("NotFound");
        assertThat(dangling.path("message").asText()).isEqualTo(named + "but there is no such object");
        assertThat(Instant.parse(dangling.path("lastTransitionTime").asText())).isBetween(before, Instant.now());

        level(1);
        JsonNode found = condition("False");
        assertThat(found.path("reason").asText()).isEqualTo("Found");
        assertThat(found.path("message").asText()).isEqualTo(named + "and it exists");

        admin.delete(LEVELS + "/" + name).expect(200);
        condition("True");
    }

    /** The condition as soon as it has that status. */
    private JsonNode condition(String status) {
        return Awaitility.await()
                .until(
                        () -> admin.get(SCHEMAS + "/" + name).expect(200).json().at("/status/conditions/0"),
                        condition -> condition.path("type").asText().equals("Dangling")
                                && condition.path("status").asText().equals(status));
    }
}
