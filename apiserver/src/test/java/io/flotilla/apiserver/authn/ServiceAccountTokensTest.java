package io.flotilla.apiserver.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.User;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceAccountTokensTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String ISSUER = "https://kubernetes.default.svc";
    private static KeyPair keys;
    private static KeyPair others;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        others = generator.generateKeyPair();
    }

    private static ServiceAccountTokens tokens(KeyPair pair, Instant now) {
        return new ServiceAccountTokens(ISSUER, pair.getPrivate(), List.of(), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static String token() {
        ObjectNode claims = JsonNodeFactory.instance.objectNode();
        claims.putArray("aud").add(ISSUER);
        claims.put("iss", ISSUER).put("nbf", NOW.getEpochSecond()).put("exp", NOW.getEpochSecond() + 600);
        claims.put("jti", "j");
        ObjectNode bound = claims.putObject("kubernetes.io").put("namespace", "default");
        bound.putObject("serviceaccount").put("name", "bot").put("uid", "u1");
        bound.putObject("pod").put("name", "p").put("uid", "u2");
        return tokens(keys, NOW).sign(claims);
    }

    private static Optional<User> user(ServiceAccountTokens tokens, String token) {
        return tokens.authenticate(token, List.of(ISSUER), _ -> true);
    }

    @Test
    void a_token_stands_for_its_account() {
        User user = user(tokens(keys, NOW.plusSeconds(5)), token()).orElseThrow();
        assertThat(user.name()).isEqualTo("system:serviceaccount:default:bot");
        assertThat(user.groups())
                .containsExactly("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated");
        assertThat(user.extra()).containsEntry("authentication.kubernetes.io/pod-name", List.of("p"));
    }

    @Test
    void a_token_that_is_late_foreign_or_changed_stands_for_no_one() {
        assertThat(user(tokens(keys, NOW.plusSeconds(600)), token())).isEmpty();
        assertThat(user(tokens(keys, NOW.minusSeconds(1)), token())).isEmpty();
        assertThat(user(tokens(others, NOW), token())).isEmpty();
        assertThat(user(tokens(keys, NOW), token().replaceFirst("\\.e", ".f"))).isEmpty();
        assertThat(user(tokens(keys, NOW), "abc")).isEmpty();
        assertThat(tokens(keys, NOW).authenticate(token(), List.of("other"), _ -> true))
                .isEmpty();
        assertThat(tokens(keys, NOW).authenticate(token(), List.of(ISSUER), _ -> false))
                .isEmpty();
    }

    @Test
    void keys_are_read_in_the_forms_that_tools_write(@TempDir Path directory) throws Exception {
        byte[] pkcs8 = keys.getPrivate().getEncoded();
        Path plain = directory.resolve("pkcs8.pem");
        Files.writeString(plain, pem("PRIVATE KEY", pkcs8));
        // The PKCS#1 key stands at the end of the PKCS#8 one, behind 26 bytes of header.
        Path old = directory.resolve("pkcs1.pem");
        Files.writeString(old, pem("RSA PRIVATE KEY", java.util.Arrays.copyOfRange(pkcs8, 26, pkcs8.length)));
        Path open = directory.resolve("public.pem");
        Files.writeString(open, pem("PUBLIC KEY", keys.getPublic().getEncoded()));
        assertThat(RsaKeys.publicKey(plain)).isEqualTo(keys.getPublic());
        assertThat(RsaKeys.publicKey(old)).isEqualTo(keys.getPublic());
        assertThat(RsaKeys.publicKey(open)).isEqualTo(keys.getPublic());
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + type
                + "-----\n";
    }
}
