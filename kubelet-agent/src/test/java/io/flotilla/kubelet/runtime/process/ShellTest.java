package io.flotilla.kubelet.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.proto.cri.Signal;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellTest {

    @Test
    void quotedWordsReachTheProgramAsTheyAre() {
        List<String> words = List.of("it's", "$HOME `id` \"x\" \\", "", "two\nlines", "*", "grüße");
        var result = Commands.run(List.of("sh", "-c", "printf '[%s]' " + Shell.quote(words)));
        assertThat(result.output()).isEqualTo("[it's][$HOME `id` \"x\" \\][][two\nlines][*][grüße]");
    }

    @Test
    void everySignalThatCriNamesHasALinuxNumber() {
        assertThat(Signals.number(Signal.SIGNAL_RUNTIME_DEFAULT)).isEmpty();
        assertThat(Signals.number(Signal.SIGNAL_SIGTERM)).hasValue(15);
        assertThat(Signals.number(Signal.SIGNAL_SIGQUIT)).hasValue(3);
        assertThat(Signals.number(Signal.SIGNAL_SIGRTMINPLUS3)).hasValue(37);
        assertThat(Signals.number(Signal.SIGNAL_SIGRTMAXMINUS2)).hasValue(62);
        for (Signal signal : Signal.values()) {
            if (signal != Signal.UNRECOGNIZED && signal != Signal.SIGNAL_RUNTIME_DEFAULT) {
                assertThat(Signals.number(signal)).as(signal.name()).isPresent();
            }
        }
    }
}
