package io.flotilla.kubelet.runtime.process;

import io.flotilla.proto.cri.Signal;
import java.util.Map;
import java.util.OptionalInt;

/** CRI's signals as Linux numbers them on x86, Arm and RISC-V. */
final class Signals {

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("HUP", 1),
            Map.entry("INT", 2),
            Map.entry("QUIT", 3),
            Map.entry("ILL", 4),
            Map.entry("TRAP", 5),
            Map.entry("ABRT", 6),
            Map.entry("IOT", 6),
            Map.entry("BUS", 7),
            Map.entry("FPE", 8),
            Map.entry("KILL", 9),
            Map.entry("USR1", 10),
            Map.entry("SEGV", 11),
            Map.entry("USR2", 12),
            Map.entry("PIPE", 13),
            Map.entry("ALRM", 14),
            Map.entry("TERM", 15),
            Map.entry("STKFLT", 16),
            Map.entry("CHLD", 17),
            Map.entry("CLD", 17),
            Map.entry("CONT", 18),
            Map.entry("STOP", 19),
            Map.entry("TSTP", 20),
            Map.entry("TTIN", 21),
            Map.entry("TTOU", 22),
            Map.entry("URG", 23),
            Map.entry("XCPU", 24),
            Map.entry("XFSZ", 25),
            Map.entry("VTALRM", 26),
            Map.entry("PROF", 27),
            Map.entry("WINCH", 28),
            Map.entry("IO", 29),
            Map.entry("POLL", 29),
            Map.entry("PWR", 30),
            Map.entry("SYS", 31));

    private static final int RTMIN = 34;
    private static final int RTMAX = 64;

    private Signals() {}

    /** Returns the number; empty for the runtime's default. */
    static OptionalInt number(Signal signal) {
        String name = signal.name().substring("SIGNAL_".length());
        if (!name.startsWith("SIG")) {
            return OptionalInt.empty();
        }
        name = name.substring("SIG".length());
        if (name.startsWith("RTMIN")) {
            return OptionalInt.of(RTMIN + offset(name, "RTMINPLUS"));
        }
        if (name.startsWith("RTMAX")) {
            return OptionalInt.of(RTMAX - offset(name, "RTMAXMINUS"));
        }
        Integer number = NUMBERS.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static int offset(String name, String prefix) {
        return name.startsWith(prefix) ? Integer.parseInt(name.substring(prefix.length())) : 0;
    }
}
