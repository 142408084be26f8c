package io.flotilla.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The reviews by which clients ask whether something would be allowed, or what would. */
public final class AccessReviews {
    private final Supplier<Authorizer> authorizer;

    /** @param authorizer asked late: it may need objects that are read only when the server runs */
    public AccessReviews(Supplier<Authorizer> authorizer) {
        this.authorizer = authorizer;
    }

    /** {@code selfsubjectaccessreviews}: may I? */
    public SubresourceHandler self() {
        return new Handler() {
            @Override
            ObjectNode answer(WriteContext context, ObjectNode review) {
                return decide(review, context.user(), "");
            }
        };
    }

    /** {@code subjectaccessreviews}: may they? */
    public SubresourceHandler subject() {
        return new Handler() {
            @Override
            ObjectNode answer(WriteContext context, ObjectNode review) {
                return decide(review, named(review), "");
            }
        };
    }

    /** {@code localsubjectaccessreviews}: may they, in this namespace? */
    public SubresourceHandler local() {
        return new Handler() {
            @Override
            ObjectNode answer(WriteContext context, ObjectNode review) {
                JsonNode asked = review.path("spec").path("resourceAttributes");
                if (!asked.path("namespace").asText("").equals(context.namespace())) {
                    throw StatusException.badRequest("spec.resourceAttributes.namespace must match namespace: "
                            + asked.path("namespace").asText(""));
                }
                return decide(review, named(review), context.namespace());
            }
        };
    }

    /** {@code selfsubjectreviews}: who am I? */
    public SubresourceHandler whoAmI() {
        return new Handler() {
            @Override
            ObjectNode answer(WriteContext context, ObjectNode review) {
                ObjectNode info = review.putObject("status").putObject("userInfo");
                User user = context.user();
                info.put("username", user.name());
                if (!user.uid().isEmpty()) {
                    info.put("uid", user.uid());
                }
                ArrayNode groups = info.putArray("groups");
                user.groups().forEach(groups::add);
                if (!user.extra().isEmpty()) {
                    ObjectNode extra = info.putObject("extra");
                    user.extra().forEach((key, values) -> {
                        ArrayNode array = extra.putArray(key);
                        values.forEach(array::add);
                    });
                }
                return review;
            }
        };
    }

    /** {@code selfsubjectrulesreviews}: what may I? */
    public SubresourceHandler rules() {
        return new Handler() {
            @Override
            ObjectNode answer(WriteContext context, ObjectNode review) {
                String namespace = review.path("spec").path("namespace").asText("");
                if (namespace.isEmpty()) {
                    throw StatusException.badRequest("no namespace on request");
                }
                ObjectNode status = review.putObject("status");
                ArrayNode resources = status.putArray("resourceRules");
                ArrayNode paths = status.putArray("nonResourceRules");
                for (PolicyRule rule : rulesOf(context.user(), namespace)) {
                    if (rule.paths().isEmpty()) {
                        ObjectNode told = resources.addObject();
                        add(told, "verbs", rule.verbs());
                        add(told, "apiGroups", rule.groups());
                        add(told, "resources", rule.resources());
                        if (!rule.names().isEmpty()) {
                            add(told, "resourceNames", rule.names());
                        }
                    } else {
                        ObjectNode told = paths.addObject();
                        add(told, "verbs", rule.verbs());
                        add(told, "nonResourceURLs", Set.copyOf(rule.paths()));
                    }
                }
                status.put("incomplete", false);
                return review;
            }
        };
    }

    private List<PolicyRule> rulesOf(User user, String namespace) {
        Set<String> all = Set.of("*");
        if (user.isIn(User.MASTERS)) {
            return List.of(
                    new PolicyRule(all, all, all, Set.of(), List.of()),
                    new PolicyRule(all, Set.of(), Set.of(), Set.of(), List.of("*")));
        }
        return switch (authorizer.get()) {
            case RoleAuthorizer roles -> roles.rules(user, namespace);
            case AnyAuthorizer any ->
                any.authorizers().stream()
                        .filter(RoleAuthorizer.class::isInstance)
                        .map(RoleAuthorizer.class::cast)
                        .flatMap(roles -> roles.rules(user, namespace).stream())
                        .toList();
            default -> List.of();
        };
    }

    private static void add(ObjectNode holder, String name, Set<String> values) {
        ArrayNode array = holder.putArray(name);
        values.stream().sorted().forEach(array::add);
    }

    private ObjectNode decide(ObjectNode review, User user, String namespace) {
        JsonNode spec = review.path("spec");
        JsonNode resource = spec.path("resourceAttributes");
        JsonNode path = spec.path("nonResourceAttributes");
        if (resource.isObject() == path.isObject()) {
            throw invalid(
                    review,
                    FieldError.invalid(
                            "spec.resourceAttributes",
                            resource.isObject() ? resource : null,
                            "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        Attributes asked = path.isObject()
                ? Attributes.ofPath(
                        path.path("verb").asText(""), path.path("path").asText(""))
                : new Attributes(
                        resource.path("verb").asText(""),
                        resource.path("group").asText(""),
                        resource.path("version").asText("*"),
                        resource.path("resource").asText(""),
                        resource.path("subresource").asText(""),
                        namespace.isEmpty() ? resource.path("namespace").asText("") : namespace,
                        resource.path("name").asText(""),
                        "");
        Authorizer.Decision decision = authorizer.get().authorize(user, asked);
        ObjectNode status = review.putObject("status").put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        return review;
    }

    private static User named(ObjectNode review) {
        JsonNode spec = review.path("spec");
        String name = spec.path("user").asText("");
        List<String> groups = new ArrayList<>();
        spec.path("groups").forEach(each -> groups.add(each.asText()));
        if (name.isEmpty() && groups.isEmpty()) {
            throw invalid(
                    review, FieldError.invalid("spec.user", "", "at least one of user or group must be specified"));
        }
        Map<String, List<String>> extra = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : spec.path("extra").properties()) {
            List<String> values = new ArrayList<>();
            entry.getValue().forEach(each -> values.add(each.asText()));
            extra.put(entry.getKey(), values);
        }
        return new User(name, spec.path("uid").asText(""), groups, extra);
    }

    private static StatusException invalid(ObjectNode review, FieldError error) {
        return StatusException.invalid(
                "authorization.k8s.io", review.path("kind").asText(""), "", List.of(error));
    }

    private abstract static class Handler implements SubresourceHandler {
        @Override
        public final ObjectNode create(WriteContext context, ObjectNode body) {
            return answer(context, body);
        }

        abstract ObjectNode answer(WriteContext context, ObjectNode review);
    }
}
