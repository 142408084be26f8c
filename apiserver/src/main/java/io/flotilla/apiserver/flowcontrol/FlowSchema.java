package io.flotilla.apiserver.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.request.ServiceAccountName;
import io.flotilla.apiserver.request.User;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Which requests belong together and where they wait.
 *
 * @param precedence lower ones are asked first
 * @param level name of the priority level
 */
record FlowSchema(String name, String uid, int precedence, String level, Distinguisher by, List<Rule> rules) {
    /** As Kubernetes orders them. */
    static final Comparator<FlowSchema> ORDER =
            Comparator.comparingInt(FlowSchema::precedence).thenComparing(FlowSchema::name);

    private static final String ALL = "*";

    /** What tells the flows of one schema apart. */
    enum Distinguisher {
        NONE,
        USER,
        NAMESPACE
    }

    record Rule(List<Subject> subjects, List<ResourceRule> resources, List<PathRule> paths) {}

    sealed interface Subject {
        record OfUser(String name) implements Subject {}

        record OfGroup(String name) implements Subject {}

        /**
         * One account, or all of a namespace.
         *
         * @param user the account's name as a user, or the start of all their names
         */
        record OfAccount(String user, boolean all) implements Subject {
            static OfAccount of(String namespace, String name) {
                boolean all = name.equals(ALL);
                return new OfAccount(new ServiceAccountName(namespace, all ? "" : name).user(), all);
            }

            boolean is(String asking) {
                return all
                        ? asking.startsWith(user)
                                && ServiceAccountName.of(asking).isPresent()
                        : asking.equals(user);
            }
        }
    }

    record ResourceRule(
            List<String> verbs,
            List<String> groups,
            List<String> resources,
            List<String> namespaces,
            boolean clusterScope) {}

    record PathRule(List<String> verbs, List<String> paths) {}

    static FlowSchema of(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        JsonNode spec = object.path("spec");
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : spec.path("rules")) {
            rules.add(new Rule(
                    stream(rule.path("subjects")).map(FlowSchema::subject).toList(),
                    stream(rule.path("resourceRules"))
                            .map(each -> new ResourceRule(
                                    texts(each.path("verbs")),
                                    texts(each.path("apiGroups")),
                                    texts(each.path("resources")),
                                    texts(each.path("namespaces")),
                                    each.path("clusterScope").asBoolean()))
                            .toList(),
                    stream(rule.path("nonResourceRules"))
                            .map(each -> new PathRule(texts(each.path("verbs")), texts(each.path("nonResourceURLs"))))
                            .toList()));
        }
        Distinguisher by = switch (spec.path("distinguisherMethod").path("type").asText("")) {
            case "ByUser" -> Distinguisher.USER;
            case "ByNamespace" -> Distinguisher.NAMESPACE;
            default -> Distinguisher.NONE;
        };
        return new FlowSchema(
                metadata.path("name").asText(""),
                metadata.path("uid").asText(""),
                spec.path("matchingPrecedence").asInt(1000),
                spec.path("priorityLevelConfiguration").path("name").asText(""),
                by,
                List.copyOf(rules));
    }

    private static Subject subject(JsonNode subject) {
        return switch (subject.path("kind").asText("")) {
            case "Group" ->
                new Subject.OfGroup(subject.path("group").path("name").asText(""));
            case "ServiceAccount" ->
                Subject.OfAccount.of(
                        subject.path("serviceAccount").path("namespace").asText(""),
                        subject.path("serviceAccount").path("name").asText(""));
            default -> new Subject.OfUser(subject.path("user").path("name").asText(""));
        };
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static List<String> texts(JsonNode list) {
        return stream(list).map(JsonNode::asText).toList();
    }

    boolean matches(User user, Attributes asked) {
        for (Rule rule : rules) {
            if (concerns(rule.subjects(), user) && covers(rule, asked)) {
                return true;
            }
        }
        return false;
    }

    /** Two requests with the same key are of one flow. */
    String flow(User user, Attributes asked) {
        return switch (by) {
            case NONE -> "";
            case USER -> user.name();
            case NAMESPACE -> asked.namespace();
        };
    }

    private static boolean concerns(List<Subject> subjects, User user) {
        for (Subject subject : subjects) {
            boolean concerned = switch (subject) {
                case Subject.OfUser(String name) -> name.equals(ALL) || name.equals(user.name());
                case Subject.OfGroup(String name) -> name.equals(ALL) || user.isIn(name);
                case Subject.OfAccount account -> account.is(user.name());
            };
            if (concerned) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(Rule rule, Attributes asked) {
        if (asked.isResource()) {
            for (ResourceRule each : rule.resources()) {
                if (has(each.verbs(), asked.verb())
                        && has(each.groups(), asked.group())
                        && has(each.resources(), asked.resourcePath())
                        && (asked.namespace().isEmpty()
                                ? each.clusterScope()
                                : has(each.namespaces(), asked.namespace()))) {
                    return true;
                }
            }
            return false;
        }
        for (PathRule each : rule.paths()) {
            if (has(each.verbs(), asked.verb()) && each.paths().stream().anyMatch(path -> under(path, asked.path()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(List<String> list, String text) {
        return list.contains(ALL) || list.contains(text);
    }

    private static boolean under(String pattern, String path) {
        return pattern.equals(ALL)
                || pattern.equals(path)
                || (pattern.endsWith("/*") && path.startsWith(pattern.substring(0, pattern.length() - 1)));
    }
}
