package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A front proxy tells in headers for whom it asks; others who send such headers are not believed. */
@ExtendWith(Cluster.class)
class FrontProxiesIT {
    private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    private final Cluster.Running cluster;

    FrontProxiesIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    private Reply whoIs(Rest client) throws Exception {
        return client.with("X-Remote-User", "jane", "X-Remote-Group", "system:masters", "X-Remote-Extra-Why", "test")
                .post(WHO, Json.object("{}"));
    }

    @Test
    void theProxyIsBelieved() throws Exception {
        Reply jane = whoIs(cluster.as("front-proxy-client")).expect(201);
        assertThat(jane.at("/status/userInfo/username")).isEqualTo("jane");
        assertThat(jane.at("/status/userInfo/groups/0")).isEqualTo("system:masters");
        assertThat(jane.at("/status/userInfo/extra/why/0")).isEqualTo("test");
    }

    @Test
    void othersAreNot() throws Exception {
        Reply alice = whoIs(cluster.as(Cluster.ALICE)).expect(201);
        assertThat(alice.at("/status/userInfo/username")).isEqualTo(Cluster.ALICE);
        assertThat(alice.text()).doesNotContain("system:masters");
        whoIs(cluster.anonymous()).expect(401);
    }
}
