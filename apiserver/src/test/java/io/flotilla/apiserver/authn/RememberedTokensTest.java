package io.flotilla.apiserver.authn;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.apiserver.request.User;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RememberedTokensTest {
    private final Map<String, User> users = new HashMap<>();
    private final List<String> verified = new ArrayList<>();
    private final AtomicLong now = new AtomicLong();
    private final RememberedTokens tokens = new RememberedTokens(
            token -> {
                verified.add(token);
                return Optional.ofNullable(users.get(token));
            },
            now::get);

    private static User named(String name) {
        return new User(name, "", List.of(User.AUTHENTICATED), Map.of());
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void aValidTokenIsVerifiedOnceInTenSeconds() {
        users.put("a", named("anna"));

        assertThat(tokens.authenticate("a")).contains(named("anna"));
        pass(Duration.ofMillis(9_999));
        assertThat(tokens.authenticate("a")).contains(named("anna"));
        assertThat(verified).containsExactly("a");

        pass(Duration.ofMillis(1));
        assertThat(tokens.authenticate("a")).contains(named("anna"));
        assertThat(verified).containsExactly("a", "a");
    }

    @Test
    void aTokenThatIsRevokedEndsToBeValidAfterTenSeconds() {
        users.put("a", named("anna"));
        tokens.authenticate("a");
        users.clear();

        pass(Duration.ofSeconds(10));

        assertThat(tokens.authenticate("a")).isEmpty();
    }

    @Test
    void aTokenThatIsNotValidIsAskedForAgain() {
        assertThat(tokens.authenticate("a")).isEmpty();
        users.put("a", named("anna"));
        assertThat(tokens.authenticate("a")).contains(named("anna"));
    }

    @Test
    void tokensOfDifferentUsersAreNotMixedUpHoweverManyThereAre() {
        for (int i = 0; i < 10_000; i++) {
            users.put("token-" + i, named("user-" + i));
            assertThat(tokens.authenticate("token-" + i)).contains(named("user-" + i));
        }
        assertThat(tokens.authenticate("token-1")).contains(named("user-1"));
    }
}
