package io.flotilla.deploy.supervisor;

import java.io.PrintStream;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** What the supervisor did and saw, a line each. A logging framework would cost more memory than the supervisor. */
public final class Journal {
    private final PrintStream out;
    private final Clock clock;

    public Journal(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    public void write(String what) {
        out.println(clock.instant().truncatedTo(ChronoUnit.MILLIS) + " " + what);
        out.flush();
    }
}
