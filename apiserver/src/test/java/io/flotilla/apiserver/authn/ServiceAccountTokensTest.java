package io.flotilla.apiserver.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.User;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
        return tokens(keys, NOW).sign(claims());
    }

    private static ObjectNode claims() {
        ObjectNode claims = JsonNodeFactory.instance.objectNode();
        claims.putArray("aud").add(ISSUER);
        claims.put("iss", ISSUER).put("nbf", NOW.getEpochSecond()).put("exp", NOW.getEpochSecond() + 600);
        claims.put("jti", "j");
        ObjectNode bound = claims.putObject("kubernetes.io").put("namespace", "default");
        bound.putObject("serviceaccount").put("name", "bot").put("uid", "u1");
        bound.putObject("pod").put("name", "p").put("uid", "u2");
        return claims;
    }

    private static Optional<User> user(ServiceAccountTokens tokens, String token) {
        return tokens.verify(token, List.of(ISSUER)).map(ServiceAccountTokens::user);
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
        assertThat(tokens(keys, NOW).verify(token(), List.of("other"))).isEmpty();
    }

    @Test
    void tokensOfSecretsDoNotExpireAndAreNotMistakenForOthers() {
        ObjectNode claims = JsonNodeFactory.instance.objectNode().put("iss", "kubernetes/serviceaccount");
        String token = tokens(keys, NOW).sign(claims);
        ServiceAccountTokens later = tokens(keys, NOW.plus(Duration.ofDays(10_000)));
        assertThat(later.verifyLegacy(token).map(Object::toString)).contains(claims.toString());
        assertThat(later.verify(token, List.of(ISSUER))).isEmpty();
        assertThat(later.verifyLegacy(token())).isEmpty();
        assertThat(tokens(others, NOW).verifyLegacy(token)).isEmpty();
    }

    @Test
    void aTokenThatNamesNoKeyIsTriedWithAll() throws Exception {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String content = encoder.encodeToString("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + encoder.encodeToString(claims().toString().getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(others.getPrivate());
        signature.update(content.getBytes(StandardCharsets.UTF_8));
        String token = content + "." + encoder.encodeToString(signature.sign());
        ServiceAccountTokens both = new ServiceAccountTokens(
                ISSUER, keys.getPrivate(), List.of(others.getPublic()), Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(user(both, token)).isPresent();
        assertThat(user(tokens(keys, NOW), token)).isEmpty();
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
        assertThat(TokenKeys.publicKey(plain)).isEqualTo(keys.getPublic());
        assertThat(TokenKeys.publicKey(old)).isEqualTo(keys.getPublic());
        assertThat(TokenKeys.publicKey(open)).isEqualTo(keys.getPublic());
    }

    @Test
    void a_token_may_be_signed_by_ecdsa() throws Exception {
        for (String curve : List.of("secp256r1", "secp384r1", "secp521r1")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            KeyPair pair = generator.generateKeyPair();
            ServiceAccountTokens tokens = new ServiceAccountTokens(
                    ISSUER,
                    pair.getPrivate(),
                    List.of(keys.getPublic(), pair.getPublic()),
                    Clock.fixed(NOW, ZoneOffset.UTC));
            String signed = tokens.sign(claims());
            assertThat(user(tokens, signed)).isPresent();
            assertThat(user(tokens, signed.substring(0, signed.length() - 4) + "AAAA"))
                    .isEmpty();
            // Tokens of the key before stay good.
            assertThat(user(tokens, token())).isPresent();
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        KeyPair pair = generator.generateKeyPair();
        assertThatThrownBy(() -> tokens(pair, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--service-account-key-file must name the public half");
    }

    @Test
    void ecdsa_keys_are_read_in_the_forms_that_openssl_writes(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        for (String curve : List.of("prime256v1", "secp384r1", "secp521r1")) {
            Path sec1 = directory.resolve(curve + ".sec1");
            Path pkcs8 = directory.resolve(curve + ".pkcs8");
            Path open = directory.resolve(curve + ".pub");
            openssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", sec1.toString());
            openssl("pkcs8", "-topk8", "-nocrypt", "-in", sec1.toString(), "-out", pkcs8.toString());
            openssl("ec", "-in", sec1.toString(), "-pubout", "-out", open.toString());
            assertThat(TokenKeys.isPair(TokenKeys.privateKey(sec1), TokenKeys.publicKey(open)))
                    .as(curve)
                    .isTrue();
            assertThat(TokenKeys.isPair(TokenKeys.privateKey(pkcs8), TokenKeys.publicKey(open)))
                    .as(curve)
                    .isTrue();
        }
        Path nothing = directory.resolve("nothing");
        Files.writeString(nothing, pem("EC PRIVATE KEY", new byte[] {0x30, 3}));
        assertThatThrownBy(() -> TokenKeys.privateKey(nothing))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(nothing + " holds no RSA or ECDSA private key");
    }

    private static void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + type
                + "-----\n";
    }
}
