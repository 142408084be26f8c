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

/** The resources by which clients ask who they are and what someone may do. Nothing of them is stored. */
public final class Reviews {
    private final Authorizer authorizer;

    public Reviews(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    /** Handlers by qualified resource. */
    public Map<String, SubresourceHandler> handlers() {
        return Map.of(
                "selfsubjectaccessreviews.authorization.k8s.io",
                (Creating) (context, review) -> access(context.user(), review),
                "subjectaccessreviews.authorization.k8s.io",
                (Creating) (_, review) -> access(subject(review), review),
                "localsubjectaccessreviews.authorization.k8s.io",
                (Creating) (_, review) -> access(subject(review), review),
                "selfsubjectrulesreviews.authorization.k8s.io",
                (Creating) (context, review) -> rules(context.user(), review),
                "selfsubjectreviews.authentication.k8s.io",
                (Creating) (context, review) -> self(context.user(), review));
    }

    /** A handler that only answers POST. */
    @FunctionalInterface
    private interface Creating extends SubresourceHandler {
        @Override
        ObjectNode create(WriteContext context, ObjectNode body);
    }

    private ObjectNode access(User user, ObjectNode review) {
        JsonNode spec = review.path("spec");
        boolean resource = spec.path("resourceAttributes").isObject();
        boolean path = spec.path("nonResourceAttributes").isObject();
        if (resource == path) {
            throw StatusException.invalid(
                    "authorization.k8s.io",
                    review.path("kind").asText(),
                    "",
                    List.of(FieldError.invalid(
                            "spec.resourceAttributes",
                            null,
                            "exactly one of nonResourceAttributes or resourceAttributes must be specified")));
        }
        Attributes asked = resource
                ? attributes(spec.path("resourceAttributes"))
                : Attributes.ofPath(
                        spec.path("nonResourceAttributes").path("verb").asText(""),
                        spec.path("nonResourceAttributes").path("path").asText(""));
        Authorizer.Decision decision = authorizer.authorize(user, asked);
        ObjectNode status = review.putObject("status").put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        return review;
    }

    private static Attributes attributes(JsonNode resource) {
        return new Attributes(
                resource.path("verb").asText(""),
                resource.path("group").asText(""),
                resource.path("version").asText(""),
                resource.path("resource").asText(""),
                resource.path("subresource").asText(""),
                resource.path("namespace").asText(""),
                resource.path("name").asText(""),
                "");
    }

    private static User subject(ObjectNode review) {
        JsonNode spec = review.path("spec");
        List<String> groups = new ArrayList<>();
        spec.path("groups").forEach(group -> groups.add(group.asText()));
        Map<String, List<String>> extra = new HashMap<>();
        spec.path("extra").properties().forEach(each -> {
            List<String> values = new ArrayList<>();
            each.getValue().forEach(value -> values.add(value.asText()));
            extra.put(each.getKey(), values);
        });
        return new User(spec.path("user").asText(""), spec.path("uid").asText(""), groups, extra);
    }

    /** Without roles there are two kinds of users: those who may do everything, and those with no rule to tell. */
    private static ObjectNode rules(User user, ObjectNode review) {
        ObjectNode status = review.putObject("status");
        ArrayNode resources = status.putArray("resourceRules");
        ArrayNode paths = status.putArray("nonResourceRules");
        boolean master = user.isIn(User.MASTERS);
        if (master) {
            ObjectNode rule = resources.addObject();
            List.of("verbs", "apiGroups", "resources")
                    .forEach(name -> rule.putArray(name).add("*"));
            ObjectNode path = paths.addObject();
            List.of("verbs", "nonResourceURLs").forEach(name -> path.putArray(name).add("*"));
        }
        status.put("incomplete", !master);
        return review;
    }

    private static ObjectNode self(User user, ObjectNode review) {
        ObjectNode info = review.putObject("status").putObject("userInfo");
        info.put("username", user.name());
        if (!user.uid().isEmpty()) {
            info.put("uid", user.uid());
        }
        ArrayNode groups = info.putArray("groups");
        user.groups().forEach(groups::add);
        if (!user.extra().isEmpty()) {
            ObjectNode extra = info.putObject("extra");
            user.extra().forEach((name, values) -> values.forEach(extra.withArray(name)::add));
        }
        return review;
    }
}
