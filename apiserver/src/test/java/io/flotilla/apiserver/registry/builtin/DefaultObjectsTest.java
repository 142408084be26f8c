package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DefaultObjectsTest {
    private final Resources resources = new SchemaResources(Kind.SCHEMA);
    private final MemoryStore store = new MemoryStore();
    private final Clock clock = Clock.fixed(Kind.NOW, ZoneOffset.UTC);
    private final AtomicLong nanos = new AtomicLong();

    private void ensure() {
        new DefaultObjects(resources, store, clock).ensure(Block.parse("10.96.0.0/16"));
    }

    @Test
    void a_fresh_cluster_has_them_all_and_a_second_server_adds_nothing() {
        ensure();
        int made = store.size();
        assertThat(made).isEqualTo(4 + 1 + 1 + 21 + 51 + 70 + 11 + 2 + 8 + 7 + 7);
        ensure();
        assertThat(store.size()).isEqualTo(made);
        ObjectNode admin = role("admin");
        assertThat(admin.path("rules")).hasSizeGreaterThan(20);
        assertThat(admin.path("apiVersion").asText()).isEqualTo("rbac.authorization.k8s.io/v1");
    }

    private ResourceInfo roles() {
        return resources.of("rbac.authorization.k8s.io", "clusterroles");
    }

    private ObjectNode role(String name) {
        return store.get(roles(), "", name).orElseThrow();
    }

    @Test
    void rules_that_were_taken_away_come_back_unless_the_role_says_otherwise() {
        ensure();
        store.update(roles(), "", "system:discovery", role -> {
            ((ArrayNode) role.get("rules")).removeAll();
            return role;
        });
        store.update(roles(), "", "system:basic-user", role -> {
            ((ArrayNode) role.get("rules")).removeAll();
            ((ObjectNode) role.at("/metadata/annotations")).put("rbac.authorization.kubernetes.io/autoupdate", "false");
            return role;
        });
        ensure();
        assertThat(role("system:discovery").path("rules")).isNotEmpty();
        assertThat(role("system:basic-user").path("rules")).isEmpty();
    }

    private ServerEndpoints server(int port) {
        return new ServerEndpoints(
                resources,
                store,
                ClusterSettings.of("10.96.0.0/16", "30000-32767", "127.0.0.1", port),
                clock,
                nanos::get);
    }

    private String endpoints() {
        return store.get(resources.of("", "endpoints"), "default", "kubernetes")
                .orElseThrow()
                .path("subsets")
                .toString();
    }

    @Test
    void endpoints_follow_the_servers_that_live() {
        ServerEndpoints one = server(1001);
        ServerEndpoints two = server(1002);
        one.reconcile();
        two.reconcile();
        assertThat(endpoints()).contains("1001", "1002");
        nanos.addAndGet(ServerEndpoints.EXPIRY.toNanos() / 2);
        two.reconcile();
        // The clock that stamps renewals stands still here: what counts is that the other's lease does not change.
        nanos.addAndGet(ServerEndpoints.EXPIRY.toNanos());
        two.reconcile();
        assertThat(endpoints()).contains("1002").doesNotContain("1001");
        one.reconcile();
        assertThat(endpoints()).contains("1001", "1002");
        one.withdraw();
        assertThat(endpoints()).contains("1002").doesNotContain("1001");
    }
}
