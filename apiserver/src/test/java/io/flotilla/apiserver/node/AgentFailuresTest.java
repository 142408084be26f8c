package io.flotilla.apiserver.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.apiserver.request.StatusException;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

/** What clients are told of what goes wrong at an agent. */
final class AgentFailuresTest {
    private static Throwable refused() {
        return Status.FAILED_PRECONDITION
                .withDescription("failed to exec in container: no such program")
                .asRuntimeException();
    }

    @Test
    void whatTheRuntimeRefusesIsABadRequest() {
        assertThat(AgentFailures.of(refused(), "a:1"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(400))
                .hasMessage("failed to exec in container: no such program");
    }

    @Test
    void aSessionSaysWhatCameToNothing() {
        assertThat(AgentFailures.ofSession(refused(), "a:1", true))
                .satisfies(e -> assertThat(e.code()).isEqualTo(500))
                .hasMessage("Internal error occurred: error executing command in container: failed to exec in"
                        + " container: no such program");
        StatusException attached = AgentFailures.ofSession(
                Status.INTERNAL.withDescription("no terminal").asRuntimeException(), "a:1", false);
        assertThat(attached).hasMessage("Internal error occurred: error attaching to container: no terminal");
    }

    @Test
    void anAgentThatIsNotThereIsNotReached() {
        Throwable gone = Status.UNAVAILABLE.withDescription("io exception").asRuntimeException();
        assertThat(AgentFailures.ofSession(gone, "a:1", true))
                .hasMessage(
                        "Internal error occurred: error dialing backend: the agent at a:1 does not answer: io exception");
        assertThat(AgentFailures.of(gone, "a:1"))
                .hasMessage(AgentFailures.ofSession(gone, "a:1", true).getMessage());
    }
}
