package io.flotilla.kubelet.log;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What of a log is wanted, as in PodLogOptions.
 *
 * @param since lines from this time on
 * @param tailLines the last so many lines
 * @param limitBytes no more than this
 * @param stream {@code stdout} or {@code stderr} for one of them, empty for both
 */
public record LogOptions(
        boolean follow,
        boolean timestamps,
        Optional<Instant> since,
        OptionalLong tailLines,
        OptionalLong limitBytes,
        String stream) {}
