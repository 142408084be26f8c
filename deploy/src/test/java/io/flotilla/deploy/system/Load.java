package io.flotilla.deploy.system;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** What limits of time mean on this machine now: those of a quiet one, longer by as much as more work waits than it has cores. */
final class Load {
    private static final double MOST = 3;

    private Load() {}

    static Duration allowing(Duration onAQuietMachine) {
        var system = ManagementFactory.getOperatingSystemMXBean();
        var waiting = system.getSystemLoadAverage() / system.getAvailableProcessors();
        return Duration.ofMillis(Math.round(onAQuietMachine.toMillis() * Math.clamp(waiting, 1, MOST)));
    }
}
