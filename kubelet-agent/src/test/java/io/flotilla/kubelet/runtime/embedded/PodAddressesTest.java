package io.flotilla.kubelet.runtime.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodAddressesTest {

    @TempDir
    Path directory;

    private PodAddresses open() {
        return new PodAddresses(directory);
    }

    @Test
    void withoutABlockTheNetworkIsNotReady() {
        var addresses = open();
        assertThat(addresses.ready()).isFalse();
        assertThatThrownBy(addresses::take).hasMessageContaining("pod CIDR is not known yet");
    }

    @Test
    void aReleasedAddressIsUsedAgainOnlyAfterAllOthers() {
        var addresses = open();
        addresses.setBlock("127.8.0.0/29");
        assertThat(addresses.take()).isEqualTo("127.8.0.2");
        addresses.release("127.8.0.2");
        assertThat(addresses.take()).isEqualTo("127.8.0.3");
        assertThat(addresses.take()).isEqualTo("127.8.0.4");
        assertThat(addresses.take()).isEqualTo("127.8.0.5");
        assertThat(addresses.take()).isEqualTo("127.8.0.6");
        assertThat(addresses.take()).isEqualTo("127.8.0.2");
        assertThatThrownBy(addresses::take).hasMessageContaining("all 5 of the node's pod CIDR are taken");
    }

    @Test
    void blockAndPositionSurviveARestartAndAdoptedAddressesStayTaken() {
        var first = open();
        first.setBlock("127.8.0.0/29");
        first.take();
        first.take();

        var second = open();
        second.adopt("127.8.0.4");
        assertThat(second.take()).isEqualTo("127.8.0.5");
    }

    @Test
    void whatIsNoBlockIsRefused() {
        for (String wrong : new String[] {"127.8.0.0", "127.8.0.0/31", "::1/64", "nonsense/24", "127.8.0.0/x"}) {
            assertThatThrownBy(() -> open().setBlock(wrong)).hasMessageContaining(wrong);
        }
    }
}
