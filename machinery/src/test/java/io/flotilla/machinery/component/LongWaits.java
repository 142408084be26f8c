package io.flotilla.machinery.component;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.Extension;

/**
 * Has the tests of all modules wait up to two minutes for what they await, unless they say otherwise. JUnit finds it by
 * itself. An await ends with its condition, so only a failure takes that long; on a busy machine ten seconds may pass
 * without a turn for the thread that is waited for.
 */
public final class LongWaits implements Extension {
    public LongWaits() {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(2));
    }
}
