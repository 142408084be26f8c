package io.flotilla.kubelet.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RuntimeEndpointTest {

    @Test
    void theThreeFormsAreRead() {
        assertThat(RuntimeEndpoint.parse("process")).isEqualTo(new RuntimeEndpoint.OfProcesses());
        assertThat(RuntimeEndpoint.parse("sim")).isEqualTo(new RuntimeEndpoint.OfSimulation());
        assertThat(RuntimeEndpoint.parse("unix:///run/containerd/containerd.sock"))
                .isEqualTo(new RuntimeEndpoint.OfSocket(Path.of("/run/containerd/containerd.sock")));
    }

    @Test
    void anythingElseIsRefusedInASentenceThatNamesIt() {
        assertThatThrownBy(() -> RuntimeEndpoint.parse("docker"))
                .hasMessage("--container-runtime-endpoint: \"docker\" is neither process, sim nor"
                        + " unix:///path/of/a/socket");
    }
}
