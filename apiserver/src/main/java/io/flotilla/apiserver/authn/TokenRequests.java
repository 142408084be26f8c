package io.flotilla.apiserver.authn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.ServiceAccountName;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Issues tokens ({@code serviceaccounts/token}) and reviews them ({@code tokenreviews}). */
public final class TokenRequests {
    private static final long MIN_SECONDS = 600;
    private static final long MAX_SECONDS = 1L << 32;
    /** What pods ask for that did not choose: lives a year, so that programs that never re-read it go on, with a mark. */
    private static final long UNCHOSEN_SECONDS = 3607;

    private static final long EXTENDED_SECONDS = Duration.ofDays(365).toSeconds();

    private final ServiceAccountTokens tokens;
    private final Resources resources;
    private final LegacyTokens legacy;

    public TokenRequests(ServiceAccountTokens tokens, Resources resources, Clock clock) {
        this.tokens = tokens;
        this.resources = resources;
        this.legacy = new LegacyTokens(resources, clock);
    }

    /** Handler of {@code serviceaccounts/token}. */
    public SubresourceHandler issue() {
        return new SubresourceHandler() {
            @Override
            public ObjectNode create(WriteContext context, ObjectNode body) {
                return issue(context, body);
            }
        };
    }

    private ObjectNode issue(WriteContext context, ObjectNode request) {
        if (!tokens.canSign()) {
            throw StatusException.methodNotSupported(context.resource(), "create");
        }
        ObjectNode account = Changes.read(context);
        ObjectNode spec = request.get("spec") instanceof ObjectNode present ? present : request.putObject("spec");
        long seconds = spec.path("expirationSeconds").asLong(3600);
        checkSeconds(context, seconds);
        if (spec.path("audiences").isEmpty()) {
            spec.putArray("audiences").add(tokens.issuer());
        }
        long now = context.now().getEpochSecond();
        ObjectNode claims = JsonNodeFactory.instance.objectNode();
        claims.set("aud", spec.get("audiences"));
        boolean extended = seconds == UNCHOSEN_SECONDS
                && spec.path("boundObjectRef").path("kind").asText("").equals("Pod");
        claims.put("exp", now + (extended ? EXTENDED_SECONDS : seconds));
        claims.put("iat", now)
                .put("iss", tokens.issuer())
                .put("jti", UUID.randomUUID().toString());
        ObjectNode bound = claims.putObject("kubernetes.io");
        bound.put("namespace", context.namespace());
        bind(context, spec.path("boundObjectRef"), bound);
        bound.putObject("serviceaccount")
                .put("name", context.name())
                .put("uid", account.path("metadata").path("uid").asText());
        if (extended) {
            bound.put("warnafter", now + seconds);
        }
        claims.put("nbf", now).put("sub", new ServiceAccountName(context.namespace(), context.name()).user());

        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
        answer.putObject("metadata")
                .put("name", context.name())
                .put("namespace", context.namespace())
                .put("creationTimestamp", Instant.ofEpochSecond(now).toString());
        spec.put("expirationSeconds", seconds);
        answer.set("spec", spec);
        answer.putObject("status")
                .put("token", tokens.sign(claims))
                .put("expirationTimestamp", Instant.ofEpochSecond(now + seconds).toString());
        return answer;
    }

    private static void checkSeconds(WriteContext context, long seconds) {
        String wrong = seconds < MIN_SECONDS
                ? "may not specify a duration less than 10 minutes"
                : seconds > MAX_SECONDS ? "may not specify a duration larger than 2^32 seconds" : "";
        if (!wrong.isEmpty()) {
            throw StatusException.invalid(
                    "authentication.k8s.io",
                    "TokenRequest",
                    context.name(),
                    List.of(FieldError.invalid("spec.expirationSeconds", seconds, wrong)));
        }
    }

    private void bind(WriteContext context, JsonNode reference, ObjectNode bound) {
        if (!reference.isObject()) {
            return;
        }
        String kind = reference.path("kind").asText("");
        String name = reference.path("name").asText("");
        ResourceInfo resource = switch (kind) {
            case "Pod" -> resources.of("", "pods");
            case "Secret" -> resources.of("", "secrets");
            case "Node" -> resources.of("", "nodes");
            default ->
                throw StatusException.badRequest("cannot bind token for serviceaccount " + '"' + context.name()
                        + "\" to object of kind \"" + kind + '"');
        };
        String namespace = resource.namespaced() ? context.namespace() : "";
        ObjectNode object = find(context.store(), resource, namespace, name)
                .orElseThrow(() -> StatusException.notFound(resource, name));
        String uid = object.path("metadata").path("uid").asText();
        String asked = reference.path("uid").asText("");
        if (!asked.isEmpty() && !asked.equals(uid)) {
            throw StatusException.conflict(
                    resource,
                    name,
                    "the UID in the bound object reference (" + asked + ") does not match the UID in record. The object"
                            + " might have been deleted and then recreated");
        }
        if (kind.equals("Pod")) {
            String account = object.path("spec").path("serviceAccountName").asText("");
            if (!account.equals(context.name())) {
                throw StatusException.badRequest("cannot bind token for serviceaccount \"" + context.name()
                        + "\" to pod running with different serviceaccount name.");
            }
            String node = object.path("spec").path("nodeName").asText("");
            if (!node.isEmpty()) {
                ObjectNode told = bound.putObject("node").put("name", node);
                find(context.store(), resources.of("", "nodes"), "", node)
                        .ifPresent(found -> told.put(
                                "uid", found.path("metadata").path("uid").asText()));
            }
        }
        bound.putObject(kind.toLowerCase(Locale.ROOT)).put("name", name).put("uid", uid);
    }

    static Optional<ObjectNode> find(ObjectStore store, ResourceInfo resource, String namespace, String name) {
        return store.cached(resource, namespace, name).or(() -> store.get(resource, namespace, name));
    }

    /** Authenticates bearer tokens of service accounts against the objects that they are bound to. */
    public Authenticator.TokenAuthenticator authenticator(ObjectStore store) {
        return (token, warn) ->
                authenticate(store, token, List.of(tokens.issuer()), warn).map(Authenticated::user);
    }

    /** Whom a token stands for, towards those of the audiences that it is meant for. */
    private record Authenticated(User user, List<String> audiences) {}

    private Optional<Authenticated> authenticate(
            ObjectStore store, String token, List<String> audiences, Consumer<String> warn) {
        Optional<JsonNode> bound = tokens.verify(token, audiences).filter(claims -> stillThere(store, claims));
        if (bound.isPresent()) {
            List<String> meant = bound.get()
                    .path("aud")
                    .valueStream()
                    .map(JsonNode::asText)
                    .filter(audiences::contains)
                    .toList();
            return Optional.of(new Authenticated(ServiceAccountTokens.user(bound.get()), meant));
        }
        // Those that secrets hold name no audience: they are meant for API servers.
        return audiences.contains(tokens.issuer())
                ? tokens.verifyLegacy(token)
                        .flatMap(claims -> legacy.user(store, token, claims, warn))
                        .map(user -> new Authenticated(user, List.of(tokens.issuer())))
                : Optional.empty();
    }

    private boolean stillThere(ObjectStore store, JsonNode claims) {
        JsonNode bound = claims.path("kubernetes.io");
        String namespace = bound.path("namespace").asText();
        boolean there = matches(store, resources.of("", "serviceaccounts"), namespace, bound.path("serviceaccount"));
        for (String kind : List.of("pod", "secret")) {
            if (bound.has(kind)) {
                there &= matches(store, resources.of("", kind + "s"), namespace, bound.path(kind));
            }
        }
        return there;
    }

    private static boolean matches(ObjectStore store, ResourceInfo resource, String namespace, JsonNode reference) {
        return find(store, resource, namespace, reference.path("name").asText())
                .filter(found -> found.path("metadata").path("uid").equals(reference.path("uid")))
                .isPresent();
    }

    /** Handler of {@code tokenreviews}. */
    public SubresourceHandler review() {
        return new SubresourceHandler() {
            @Override
            public ObjectNode create(WriteContext context, ObjectNode body) {
                return review(context, body);
            }
        };
    }

    private ObjectNode review(WriteContext context, ObjectNode review) {
        String token = review.path("spec").path("token").asText("");
        if (token.isEmpty()) {
            throw StatusException.badRequest("token is required for TokenReview in authentication");
        }
        List<String> audiences = new ArrayList<>();
        review.path("spec").path("audiences").forEach(each -> audiences.add(each.asText()));
        if (audiences.isEmpty()) {
            audiences.add(tokens.issuer());
        }
        Optional<Authenticated> authenticated = authenticate(context.store(), token, audiences, context.warn());
        ObjectNode status = review.putObject("status");
        if (authenticated.isEmpty()) {
            status.putObject("user");
            status.put("error", "invalid bearer token");
            return review;
        }
        status.put("authenticated", true);
        User user = authenticated.get().user();
        ObjectNode told = status.putObject("user").put("username", user.name());
        told.put("uid", user.uid());
        ArrayNode groups = told.putArray("groups");
        user.groups().forEach(groups::add);
        user.extra().forEach((key, values) -> {
            ArrayNode array = Trees.child(told, "extra").putArray(key);
            values.forEach(array::add);
        });
        ArrayNode accepted = status.putArray("audiences");
        authenticated.get().audiences().forEach(accepted::add);
        return review;
    }
}
