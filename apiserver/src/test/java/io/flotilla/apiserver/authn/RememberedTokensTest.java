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
    private final List<String> warned = new ArrayList<>();
    private final RememberedTokens tokens = new RememberedTokens(
            (token, warn) -> {
                verified.add(token);
                warn.accept("of " + token);
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

        assertThat(tokens.authenticate("a", warned::add)).contains(named("anna"));
        pass(Duration.ofMillis(9_999));
        assertThat(tokens.authenticate("a", warned::add)).contains(named("anna"));
        assertThat(verified).containsExactly("a");

        pass(Duration.ofMillis(1));
        assertThat(tokens.authenticate("a", warned::add)).contains(named("anna"));
        assertThat(verified).containsExactly("a", "a");
    }

    @Test
    void whatIsToBeSaidOfATokenIsSaidEachTime() {
        users.put("a", named("anna"));
        tokens.authenticate("a", warned::add);
        tokens.authenticate("a", warned::add);
        assertThat(verified).containsExactly("a");
        assertThat(warned).containsExactly("of a", "of a");
    }

    @Test
    void aTokenThatIsRevokedEndsToBeValidAfterTenSeconds() {
        users.put("a", named("anna"));
        tokens.authenticate("a", warned::add);
        users.clear();

        pass(Duration.ofSeconds(10));

        assertThat(tokens.authenticate("a", warned::add)).isEmpty();
    }

    @Test
    void aTokenThatIsNotValidIsAskedForAgain() {
        assertThat(tokens.authenticate("a", warned::add)).isEmpty();
        users.put("a", named("anna"));
        assertThat(tokens.authenticate("a", warned::add)).contains(named("anna"));
    }

    @Test
    void tokensOfDifferentUsersAreNotMixedUpHoweverManyThereAre() {
        for (int i = 0; i < 10_000; i++) {
            users.put("token-" + i, named("user-" + i));
            assertThat(tokens.authenticate("token-" + i, warned::add)).contains(named("user-" + i));
        }
        assertThat(tokens.authenticate("token-1", warned::add)).contains(named("user-1"));
    }
}
