package io.flotilla.apiserver.authn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.ServiceAccountName;
import io.flotilla.apiserver.request.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tokens of service accounts: signed JSON web tokens with Kubernetes' claims. */
public final class ServiceAccountTokens {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final String issuer;
    private final Optional<Signer> signer;
    private final Map<String, PublicKey> verifying = new HashMap<>();
    private final Clock clock;

    /**
     * By what tokens are signed.
     *
     * @param id by which tokens name the key
     */
    private record Signer(PrivateKey key, String id, TokenAlgorithm algorithm) {}

    /**
     * @param signing null for a server that signs none
     * @param verifying keys whose signatures are accepted, beside the signing key's; of an ECDSA signing key the public half
     *     must be among them
     */
    public ServiceAccountTokens(String issuer, @Nullable PrivateKey signing, List<PublicKey> verifying, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
        verifying.forEach(key -> this.verifying.put(TokenKeys.id(key), key));
        this.signer = Optional.ofNullable(signing).map(key -> {
            PublicKey open = TokenKeys.publicHalf(key)
                    .or(() -> verifying.stream()
                            .filter(each -> TokenKeys.isPair(key, each))
                            .findFirst())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--service-account-key-file must name the public half of an ECDSA signing key"));
            String id = TokenKeys.id(open);
            this.verifying.put(id, open);
            return new Signer(key, id, TokenAlgorithm.of(key));
        });
    }

    public String issuer() {
        return issuer;
    }

    boolean canSign() {
        return signer.isPresent();
    }

    /** Signs the claims. */
    String sign(ObjectNode claims) {
        Signer by = signer.orElseThrow(() -> new IllegalStateException("no signing key"));
        ObjectNode header = JSON.createObjectNode();
        header.put("alg", by.algorithm().name()).put("kid", by.id());
        String content = encode(header) + "." + encode(claims);
        byte[] signature = by.algorithm().sign(by.key(), content.getBytes(StandardCharsets.US_ASCII));
        return content + "." + ENCODER.encodeToString(signature);
    }

    private static String encode(ObjectNode tree) {
        try {
            return ENCODER.encodeToString(JSON.writeValueAsBytes(tree));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the claims of a token that this cluster signed, that is valid now and meant for one of the audiences. */
    public Optional<JsonNode> verify(String token, List<String> audiences) {
        return signed(token).filter(claims -> isCurrent(claims) && isFor(claims, audiences));
    }

    /** Returns the claims of a token that this cluster signed for a secret to hold. */
    Optional<JsonNode> verifyLegacy(String token) {
        return signed(token).filter(claims -> claims.path("iss").asText().equals(LegacyTokens.ISSUER));
    }

    private Optional<JsonNode> signed(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            JsonNode header = JSON.readTree(Base64.getUrlDecoder().decode(parts[0]));
            byte[] content = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
            byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
            for (PublicKey key : keys(header.path("kid").asText())) {
                TokenAlgorithm algorithm = TokenAlgorithm.of(key);
                if (header.path("alg").asText().equals(algorithm.name()) && algorithm.verify(key, content, signature)) {
                    return Optional.of(JSON.readTree(Base64.getUrlDecoder().decode(parts[1])));
                }
            }
            return Optional.empty();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A token that names no key may be signed by any. */
    private Collection<PublicKey> keys(String id) {
        if (id.isEmpty()) {
            return verifying.values();
        }
        PublicKey named = verifying.get(id);
        return named == null ? List.of() : List.of(named);
    }

    private boolean isCurrent(JsonNode claims) {
        long now = clock.instant().getEpochSecond();
        return claims.path("iss").asText().equals(issuer)
                && now < claims.path("exp").asLong(0)
                && now >= claims.path("nbf").asLong(0);
    }

    private static boolean isFor(JsonNode claims, List<String> audiences) {
        for (JsonNode audience : claims.path("aud")) {
            if (audiences.contains(audience.asText())) {
                return true;
            }
        }
        return false;
    }

    /** The user that a token with these claims stands for. */
    static User user(JsonNode claims) {
        JsonNode bound = claims.path("kubernetes.io");
        Map<String, List<String>> extra = new HashMap<>();
        extra.put(User.CREDENTIAL_ID, List.of("JTI=" + claims.path("jti").asText()));
        for (String kind : List.of("pod", "node")) {
            for (String field : List.of("name", "uid")) {
                String value = bound.path(kind).path(field).asText("");
                if (!value.isEmpty()) {
                    extra.put("authentication.kubernetes.io/" + kind + "-" + field, List.of(value));
                }
            }
        }
        ServiceAccountName account = new ServiceAccountName(
                bound.path("namespace").asText(),
                bound.path("serviceaccount").path("name").asText());
        List<String> groups = new ArrayList<>(account.groups());
        groups.add(User.AUTHENTICATED);
        return new User(account.user(), bound.path("serviceaccount").path("uid").asText(), groups, extra);
    }
}
