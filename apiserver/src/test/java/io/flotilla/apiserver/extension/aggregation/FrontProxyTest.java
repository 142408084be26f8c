package io.flotilla.apiserver.extension.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flotilla.apiserver.backend.HttpConnection.Header;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.request.User;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FrontProxyTest {
    private static User user(String name, Map<String, List<String>> extra) {
        return new User(name, "u-1", List.of("a", "b"), extra);
    }

    @Test
    void aUserIsNamedWithAllThatIsKnownOfHim() throws IOException {
        assertThat(FrontProxy.identity(user("jane", Map.of("example.com/scope%", List.of("x", "y")))))
                .containsExactly(
                        new Header("X-Remote-User", "jane"),
                        new Header("X-Remote-Uid", "u-1"),
                        new Header("X-Remote-Group", "a"),
                        new Header("X-Remote-Group", "b"),
                        new Header("X-Remote-Extra-example.com%2Fscope%25", "x"),
                        new Header("X-Remote-Extra-example.com%2Fscope%25", "y"));
    }

    @Test
    void namesBeyondLatinKeepTheirBytes() throws IOException {
        String value = FrontProxy.identity(user("\u0416\u0443\u043a", Map.of()))
                .getFirst()
                .value();
        assertThat(new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .isEqualTo("\u0416\u0443\u043a");
    }

    @Test
    void aNameThatWouldEndTheHeaderIsRefused() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> FrontProxy.identity(user("jane\r\nX-Remote-Group: system:masters", Map.of())))
                .withMessage("net/http: invalid header field value for \"X-Remote-User\"");
    }

    @Test
    void whatIdentifiesIsNotTakenFromClients() {
        assertThat(List.of("x-remote-user", "x-remote-uid", "x-remote-group", "x-remote-extra-scopes"))
                .allMatch(FrontProxy::isIdentity);
        assertThat(FrontProxy.isIdentity("x-request-id")).isFalse();
    }

    @Test
    void certificateAndKeyGoTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrontProxy.of(Optional.of(Path.of("proxy.crt")), Optional.empty()))
                .withMessage("--proxy-client-cert-file and --proxy-client-key-file go together");
    }

    @Test
    void aBundleThatHoldsNoCertificateIsToldOf() throws IOException {
        String bundle = Base64.getEncoder().encodeToString("nonsense".getBytes(StandardCharsets.UTF_8));
        FrontProxy proxy = FrontProxy.of(Optional.empty(), Optional.empty());
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> proxy.connect(
                            new ApiService.Backend("default", "fish", 443, bundle, false),
                            new ServiceEndpoints.Endpoint("127.0.0.1", listener.getLocalPort())))
                    .withMessage("unable to load root certificates: unable to parse bytes as PEM block");
        }
    }
}
