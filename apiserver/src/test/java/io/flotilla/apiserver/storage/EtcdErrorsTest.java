package io.flotilla.apiserver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class EtcdErrorsTest {

    @Test
    void aConnectionThatWasCutIsNoAnswerWhateverTheTransportCallsIt() {
        Status cut = Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException());

        assertThat(EtcdErrors.translate(cut.asRuntimeException())).isInstanceOf(StorageException.Unavailable.class);
    }

    @Test
    void whatEtcdItselfDoesNotNameIsARefusal() {
        Status said = Status.UNKNOWN.withDescription("etcdserver: mvcc: no space");

        assertThat(EtcdErrors.translate(said.asRuntimeException()))
                .isInstanceOf(StorageException.Refused.class)
                .hasMessage("etcdserver: mvcc: no space");
    }

    @Test
    void amongItsUnnamedErrorsThoseOfAnElectionPassBy() {
        Status said = Status.UNKNOWN.withDescription("etcdserver: no leader");

        assertThat(EtcdErrors.translate(said.asRuntimeException())).isInstanceOf(StorageException.Unavailable.class);
    }
}
