package io.flotilla.apiserver.authn;

import io.flotilla.apiserver.authn.Authenticator.TokenAuthenticator;
import io.flotilla.apiserver.request.User;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Remembers for ten seconds, as Kubernetes does, which tokens were found valid: to verify a signature takes longer than to
 * serve most requests. A token that is revoked meanwhile is good for that long. What was not found valid is asked anew each
 * time. Safe for use by many threads.
 */
public final class RememberedTokens implements TokenAuthenticator {
    private static final long REMEMBERED_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST = 4096;

    private final TokenAuthenticator verifying;
    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, Valid> valid = new ConcurrentHashMap<>();

    private record Valid(User user, List<String> warnings, long foundAt) {}

    /** @param nanoTime a monotonic clock */
    public RememberedTokens(TokenAuthenticator verifying, LongSupplier nanoTime) {
        this.verifying = verifying;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<User> authenticate(String token, Consumer<String> warn) {
        long now = nanoTime.getAsLong();
        Valid known = valid.get(token);
        if (known != null && !isOld(known, now)) {
            known.warnings().forEach(warn);
            return Optional.of(known.user());
        }
        List<String> warnings = new ArrayList<>();
        Optional<User> user = verifying.authenticate(token, warnings::add);
        warnings.forEach(warn);
        user.ifPresentOrElse(
                found -> remember(token, new Valid(found, List.copyOf(warnings), now)), () -> valid.remove(token));
        return user;
    }

    private void remember(String token, Valid found) {
        if (valid.size() >= MOST) {
            valid.values().removeIf(known -> isOld(known, found.foundAt()));
            if (valid.size() >= MOST) {
                valid.clear();
            }
        }
        valid.put(token, found);
    }

    private static boolean isOld(Valid known, long now) {
        return now - known.foundAt() >= REMEMBERED_NANOS;
    }
}
