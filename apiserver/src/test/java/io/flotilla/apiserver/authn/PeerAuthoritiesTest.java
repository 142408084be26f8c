package io.flotilla.apiserver.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.apiserver.conformance.Certificates;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerAuthoritiesTest {
    private static final RequestHeaders.Sent JANE = each -> {
        each.accept("x-remote-user", "jane");
        each.accept("X-Remote-Uid", "7");
        each.accept("X-Remote-Group", "a");
        each.accept("X-REMOTE-GROUP", "b");
        each.accept("X-Remote-Extra-Scopes%2fOf", "read");
        each.accept("X-Remote-Extra-Scopes%2fOf", "write");
    };
    private static final RequestHeaders.Sent NOTHING = _ -> {};

    private final Authenticator authenticator = new Authenticator(
            (token, _) -> Optional.of(new User(token, "", List.of(), Map.of())), RequestHeaders.STANDARD);

    @TempDir
    private Path users = Path.of("");

    @TempDir
    private Path proxies = Path.of("");

    private Path usersCa = Path.of("");
    private Path proxiesCa = Path.of("");

    @BeforeEach
    void certify() throws Exception {
        usersCa = new Certificates(users).issue("alice", List.of("developers")).authority();
        proxiesCa = new Certificates(proxies)
                .issue("proxy", List.of())
                .issue("stranger", List.of())
                .authority();
    }

    private Optional<Peer> peer(Path directory, String name, String... allowed) throws Exception {
        try (InputStream in = Files.newInputStream(directory.resolve(name + ".crt"))) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            return Optional.of(new PeerAuthorities(usersCa, Optional.of(proxiesCa), List.of(allowed))
                    .peer(new Certificate[] {certificate}));
        }
    }

    @Test
    void a_front_proxy_names_users() throws Exception {
        assertThat(authenticator.authenticate(peer(proxies, "proxy", "proxy"), "", JANE, _ -> {}))
                .contains(new User(
                        "jane",
                        "7",
                        List.of("a", "b", User.AUTHENTICATED),
                        Map.of("scopes/of", List.of("read", "write"))));
    }

    @Test
    void a_user_is_not_believed() throws Exception {
        User user = authenticator
                .authenticate(peer(users, "alice"), "", JANE, _ -> {})
                .orElseThrow();
        assertThat(user.name()).isEqualTo("alice");
        assertThat(user.uid()).isEmpty();
        assertThat(user.groups()).containsExactly("developers", User.AUTHENTICATED);
        assertThat(user.extra()).containsOnlyKeys(User.CREDENTIAL_ID);
    }

    @Test
    void a_front_proxy_that_names_nobody_is_nobody() throws Exception {
        Optional<Peer> proxy = peer(proxies, "proxy");
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> authenticator.authenticate(proxy, "", NOTHING, _ -> {}));
        assertThat(authenticator
                        .authenticate(proxy, "Bearer bob", NOTHING, _ -> {})
                        .map(User::name))
                .contains("bob");
    }

    @Test
    void other_names_are_not_allowed() throws Exception {
        Optional<Peer> stranger = peer(proxies, "stranger", "proxy");
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> authenticator.authenticate(stranger, "", JANE, _ -> {}));
        assertThat(authenticator
                        .authenticate(peer(proxies, "stranger"), "", JANE, _ -> {})
                        .map(User::name))
                .contains("jane");
    }

    @Test
    void a_file_without_certificates_is_told() throws Exception {
        Path empty = Files.createFile(users.resolve("empty"));
        assertThatThrownBy(() -> new PeerAuthorities(usersCa, Optional.of(empty), List.of()))
                .isInstanceOf(IOException.class)
                .hasMessage("no certificate in " + empty);
    }
}
