package io.flotilla.controllermanager.nodeipam;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.nodelifecycle.Nodes;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import org.junit.jupiter.api.Test;

class NodeIpamControllerTest {

    private static String block(Harness harness, String node) {
        return harness.get(ResourceTypes.NODES, node).getSpec().getPodCIDR();
    }

    @Test
    void givesEachNodeABlockOfItsOwnAndTakesBackThatOfANodeThatIsGone() {
        try (Harness harness = new Harness()) {
            harness.api(ResourceTypes.NODES)
                    .create(new NodeBuilder(Nodes.node("has", "a", "True"))
                            .editSpec()
                            .withPodCIDR("10.2.0.0/24")
                            .endSpec()
                            .build());
            harness.run(context -> new NodeIpamController(context, "10.2.0.0/22"));
            harness.api(ResourceTypes.NODES).create(Nodes.node("one", "a", "True"));
            eventually().until(() -> "10.2.1.0/24".equals(block(harness, "one")));
            harness.api(ResourceTypes.NODES).create(Nodes.node("two", "a", "True"));
            eventually().until(() -> "10.2.2.0/24".equals(block(harness, "two")));
            harness.api(ResourceTypes.NODES).delete(ObjectKey.of("one"));
            eventually().until(() -> harness.caches().nodes().lister().list().size() == 2);
            harness.api(ResourceTypes.NODES).create(Nodes.node("three", "a", "True"));
            harness.api(ResourceTypes.NODES).create(Nodes.node("four", "a", "True"));
            eventually().until(() -> block(harness, "three") != null && block(harness, "four") != null);
            assertThat(block(harness, "three")).isNotEqualTo(block(harness, "four"));
        }
    }

    @Test
    void refusesRangesThatAreNone() {
        assertThatThrownBy(() -> CidrBlocks.of("10.2.0.0", 24))
                .hasMessage("--cluster-cidr: \"10.2.0.0\" is not an IPv4 CIDR");
        assertThatThrownBy(() -> CidrBlocks.of("10.2.0.0/16", 8)).hasMessageContaining("--node-cidr-mask-size");
    }
}
