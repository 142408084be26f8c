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
import java.security.Signature;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tokens of service accounts: JSON web tokens signed with RS256, with Kubernetes' claims. */
public final class ServiceAccountTokens {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final String issuer;
    private final @Nullable PrivateKey signing;
    private final Map<String, PublicKey> verifying = new HashMap<>();
    private final Clock clock;

    /**
     * @param signing null for a server that signs none
     * @param verifying keys whose signatures are accepted, beside the signing key's
     */
    public ServiceAccountTokens(String issuer, @Nullable PrivateKey signing, List<PublicKey> verifying, Clock clock) {
        this.issuer = issuer;
        this.signing = signing;
        this.clock = clock;
        verifying.forEach(key -> this.verifying.put(RsaKeys.id(key), key));
        if (signing != null) {
            PublicKey key = RsaKeys.publicKey(signing);
            this.verifying.put(RsaKeys.id(key), key);
        }
    }

    public String issuer() {
        return issuer;
    }

    boolean canSign() {
        return signing != null;
    }

    /** Signs the claims. */
    String sign(ObjectNode claims) {
        PrivateKey key = signing;
        if (key == null) {
            throw new IllegalStateException("no signing key");
        }
        ObjectNode header = JSON.createObjectNode();
        header.put("alg", "RS256").put("kid", RsaKeys.id(RsaKeys.publicKey(key)));
        String content = encode(header) + "." + encode(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + ENCODER.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
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
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            JsonNode header = JSON.readTree(Base64.getUrlDecoder().decode(parts[0]));
            PublicKey key = verifying.get(header.path("kid").asText());
            if (key == null || !header.path("alg").asText().equals("RS256")) {
                return Optional.empty();
            }
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(key);
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            if (!signature.verify(Base64.getUrlDecoder().decode(parts[2]))) {
                return Optional.empty();
            }
            JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
            return isCurrent(claims) && isFor(claims, audiences) ? Optional.of(claims) : Optional.empty();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
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

    /**
     * Returns the user that a bearer token stands for.
     *
     * @param exists whether what the claims are bound to (account, pod) still is there
     */
    public Optional<User> authenticate(String token, List<String> audiences, Predicate<JsonNode> exists) {
        return verify(token, audiences).filter(exists).map(ServiceAccountTokens::user);
    }

    private static User user(JsonNode claims) {
        JsonNode bound = claims.path("kubernetes.io");
        Map<String, List<String>> extra = new HashMap<>();
        extra.put(
                "authentication.kubernetes.io/credential-id",
                List.of("JTI=" + claims.path("jti").asText()));
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
