package io.flotilla.apiserver.usage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.Durations;
import io.flotilla.apiserver.schema.Quantities;
import io.flotilla.apiserver.schema.Times;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What something used between two moments.
 *
 * @param cpuNanoCores billionths of a core, on average
 * @param workingSetBytes at the end
 * @param end the later moment
 * @param window the time between the two
 */
record Rate(long cpuNanoCores, long workingSetBytes, Instant end, Duration window) {
    private static final String CPU = "1n";
    private static final String MEMORY = "1Ki";

    /** The rate of a counter; empty where it was not the same counter, or where it has fallen. */
    static Optional<Rate> between(Counter earlier, Counter later) {
        if (!later.follows(earlier) || later.cpuCoreNanos() < earlier.cpuCoreNanos()) {
            return Optional.empty();
        }
        Duration window = Duration.between(earlier.at(), later.at());
        double seconds = window.toNanos() / 1e9;
        long nanoCores = (long) ((later.cpuCoreNanos() - earlier.cpuCoreNanos()) / seconds);
        return Optional.of(new Rate(nanoCores, later.workingSetBytes(), later.at(), window));
    }

    void writeUsage(ObjectNode usage) {
        usage.put("cpu", Quantities.canonical(BigDecimal.valueOf(cpuNanoCores, 9), CPU));
        usage.put("memory", Quantities.canonical(BigDecimal.valueOf(workingSetBytes), MEMORY));
    }

    void writeTime(ObjectNode object) {
        object.put("timestamp", Times.format(end)).put("window", Durations.format(window.toNanos()));
    }
}
