package io.flotilla.apiserver.usage;

import io.flotilla.proto.node.Usage;
import java.time.Instant;

/**
 * What a node or a container had used at a moment.
 *
 * @param id another one where the processor time was counted anew, as after a restart
 * @param at by the clock of the node
 * @param cpuCoreNanos processor time since the start
 */
record Counter(String id, Instant at, long cpuCoreNanos, long workingSetBytes) {
    private static final long NANOS = 1_000_000_000L;

    static Counter of(String id, Usage usage) {
        Instant at =
                Instant.ofEpochSecond(Math.floorDiv(usage.getTime(), NANOS), Math.floorMod(usage.getTime(), NANOS));
        return new Counter(id, at, usage.getCpuCoreNanos(), usage.getWorkingSetBytes());
    }

    /** Whether what was used since an earlier moment can be told. */
    boolean follows(Counter earlier) {
        return id.equals(earlier.id) && at.isAfter(earlier.at);
    }
}
