package io.flotilla.apiserver.flowcontrol;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.request.User;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** Without priority and fairness: so many reads and so many writes at once, whoever asks; masters are above it. */
public final class FixedLimits implements Admission {
    private static final Set<String> READING = Set.of("get", "list", "watch", "head", "options");

    private final Limit reads;
    private final Limit writes;

    private record Limit(boolean none, Semaphore seats) {
        Limit(int limit) {
            this(limit <= 0, new Semaphore(limit));
        }
    }

    /**
     * @param maxReads 0 for no limit
     * @param maxWrites 0 for no limit
     */
    public FixedLimits(int maxReads, int maxWrites) {
        reads = new Limit(maxReads);
        writes = new Limit(maxWrites);
    }

    @Override
    public Ticket admit(User user, Attributes asked, int wanted) {
        Limit limit = READING.contains(asked.verb()) ? reads : writes;
        if (limit.none() || user.isIn(User.MASTERS)) {
            return new Free(() -> {});
        }
        if (!limit.seats().tryAcquire()) {
            throw new OverloadException("", "");
        }
        return new Free(limit.seats()::release);
    }

    private record Free(Runnable end) implements Ticket {
        @Override
        public String schemaUid() {
            return "";
        }

        @Override
        public String levelUid() {
            return "";
        }

        @Override
        public void close() {
            end.run();
        }
    }
}
