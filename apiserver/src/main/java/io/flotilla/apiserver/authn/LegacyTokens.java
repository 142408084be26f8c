package io.flotilla.apiserver.authn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.ServiceAccountName;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens that secrets of type {@code kubernetes.io/service-account-token} hold. They do not expire: each is good as long
 * as its secret holds it and its account is there. The secret's label says on which day it was last used.
 */
final class LegacyTokens {
    static final String ISSUER = "kubernetes/serviceaccount";

    private static final Logger LOG = LoggerFactory.getLogger(LegacyTokens.class);
    private static final String CLAIM = "kubernetes.io/serviceaccount/";
    private static final String LAST_USED = "kubernetes.io/legacy-token-last-used";
    private static final String INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
    private static final String USE_OTHERS =
            "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated"
                    + " secret-based tokens.";

    private final Resources resources;
    private final Clock clock;

    LegacyTokens(Resources resources, Clock clock) {
        this.resources = resources;
        this.clock = clock;
    }

    /**
     * Returns the user that a token stands for, and notes its use.
     *
     * @param claims the token's, its signature verified
     * @param warn hears what the user is to be told
     */
    Optional<User> user(ObjectStore store, String token, JsonNode claims, Consumer<String> warn) {
        String namespace = claim(claims, "namespace");
        ServiceAccountName name = new ServiceAccountName(namespace, claim(claims, "service-account.name"));
        if (!claims.path("sub").asText("").equals(name.user())) {
            return Optional.empty();
        }
        ResourceInfo secrets = resources.of("", "secrets");
        Optional<ObjectNode> secret = TokenRequests.find(store, secrets, namespace, claim(claims, "secret.name"))
                .filter(found -> !isDeleted(found) && holds(found, token));
        Optional<ObjectNode> account = TokenRequests.find(
                        store, resources.of("", "serviceaccounts"), namespace, name.name())
                .filter(found -> !isDeleted(found)
                        && Trees.text(found, "metadata", "uid").equals(claim(claims, "service-account.uid")));
        if (secret.isEmpty() || account.isEmpty()) {
            return Optional.empty();
        }
        noteUse(store, secrets, secret.get());
        if (!Trees.text(secret.get(), "metadata", "labels", INVALID_SINCE).isEmpty()) {
            return Optional.empty();
        }
        if (isNamed(account.get(), secret.get())) {
            warn.accept(USE_OTHERS);
        }
        List<String> groups = new ArrayList<>(name.groups());
        groups.add(User.AUTHENTICATED);
        return Optional.of(new User(name.user(), Trees.text(account.get(), "metadata", "uid"), groups, Map.of()));
    }

    private static String claim(JsonNode claims, String name) {
        return claims.path(CLAIM + name).asText("");
    }

    private static boolean isDeleted(ObjectNode object) {
        return object.path("metadata").has("deletionTimestamp");
    }

    private static boolean holds(ObjectNode secret, String token) {
        try {
            byte[] held = secret.path("data").path("token").binaryValue();
            return held != null && MessageDigest.isEqual(held, token.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the secret was made for its account, which then names it. */
    private static boolean isNamed(ObjectNode account, ObjectNode secret) {
        if (!Trees.text(secret, "type").equals("kubernetes.io/service-account-token")) {
            return false;
        }
        for (JsonNode reference : account.path("secrets")) {
            if (reference.path("name").equals(secret.path("metadata").path("name"))) {
                return true;
            }
        }
        return false;
    }

    /** Servers whose clocks are a little apart do not undo each other's notes around midnight. */
    private void noteUse(ObjectStore store, ResourceInfo secrets, ObjectNode secret) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Set<String> recent = Set.of(today.toString(), today.plusDays(1).toString());
        if (recent.contains(Trees.text(secret, "metadata", "labels", LAST_USED))) {
            return;
        }
        String uid = Trees.text(secret, "metadata", "uid");
        try {
            store.update(
                    secrets,
                    Trees.text(secret, "metadata", "namespace"),
                    Trees.text(secret, "metadata", "name"),
                    live -> {
                        if (Trees.text(live, "metadata", "uid").equals(uid)) {
                            Trees.child(Trees.child(live, "metadata"), "labels").put(LAST_USED, today.toString());
                        }
                        return live;
                    });
        } catch (RuntimeException e) {
            LOG.warn("the use of a token is not noted at its secret: {}", e.getMessage());
        }
    }
}
