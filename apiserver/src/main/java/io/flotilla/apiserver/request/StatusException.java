package io.flotilla.apiserver.request;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request fails with this Kubernetes Status. Thrown anywhere below the transports, translated by them; the factory
 * methods hold every message text of the API that is not a matter of one kind.
 */
public final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;
    private final transient @Nullable Details details;
    private final String continueToken;

    /**
     * Status.details.
     *
     * @param name name of the object, may be empty
     * @param group API group, may be empty
     * @param kind resource for most errors, kind for Invalid: as Kubernetes does it
     * @param causes one for each finding
     * @param retryAfterSeconds 0 for none
     */
    public record Details(String name, String group, String kind, List<Cause> causes, int retryAfterSeconds) {}

    /** One entry of Status.details.causes. */
    public record Cause(String reason, String message, String field) {}

    public StatusException(int code, String reason, String message, @Nullable Details details) {
        this(code, reason, message, details, "");
    }

    private StatusException(int code, String reason, String message, @Nullable Details details, String continueToken) {
        super(message, null, false, false);
        this.continueToken = continueToken;
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    /** The object, or what the path names, is not there. */
    public static StatusException notFound(ResourceInfo resource, String name) {
        return notFound(resource.group(), resource.resource(), name);
    }

    /** As {@link #notFound(ResourceInfo, String)}, of what is not called as any resource is. */
    public static StatusException notFound(String group, String resource, String name) {
        return new StatusException(
                404,
                "NotFound",
                resource + (group.isEmpty() ? "" : "." + group) + " " + Quoting.quote(name) + " not found",
                new Details(name, group, resource, List.of(), 0));
    }

    /** A JSON patch that does not fit the object; Kubernetes does not tell why. */
    public static StatusException unfitPatch() {
        return new StatusException(
                422,
                "Invalid",
                "the server rejected our request due to an error in our request",
                new Details("", "", "", List.of(), 0));
    }

    public static StatusException alreadyExists(ResourceInfo resource, String name) {
        return new StatusException(
                409,
                "AlreadyExists",
                resource.qualifiedResource() + " " + Quoting.quote(name) + " already exists",
                new Details(name, resource.group(), resource.resource(), List.of(), 0));
    }

    /** A precondition of the write does not hold: someone else was first, or the object is in no state for it. */
    public static StatusException conflict(ResourceInfo resource, String name, String why) {
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + resource.qualifiedResource() + " " + Quoting.quote(name) + ": "
                        + why,
                new Details(name, resource.group(), resource.resource(), List.of(), 0));
    }

    /** As {@link #conflict}, for preconditions of a deletion: there Kubernetes names the kind, not the resource. */
    public static StatusException deletionConflict(ResourceInfo resource, String name, String why) {
        String qualified = resource.kind() + (resource.group().isEmpty() ? "" : "." + resource.group());
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + qualified + " " + Quoting.quote(name) + ": " + why,
                new Details(name, resource.group(), resource.kind(), List.of(), 0));
    }

    /** Refused by authorization or admission. */
    public static StatusException forbidden(ResourceInfo resource, String name, String why) {
        String what = resource.qualifiedResource() + (name.isEmpty() ? "" : " " + Quoting.quote(name));
        return new StatusException(
                403,
                "Forbidden",
                what + " is forbidden: " + why,
                new Details(name, resource.group(), resource.resource(), List.of(), 0));
    }

    /** Validation found something; equal findings are told once. */
    public static StatusException invalid(String group, String kind, String name, List<FieldError> errors) {
        List<String> told = errors.stream()
                .map(error -> error.field() + ": " + error.body())
                .distinct()
                .toList();
        String findings = told.size() == 1 ? told.getFirst() : "[" + String.join(", ", told) + "]";
        String qualified = group.isEmpty() ? kind : kind + "." + group;
        List<Cause> causes = errors.stream()
                .map(error -> new Cause(error.type().reason(), error.body(), error.field()))
                .toList();
        return new StatusException(
                422,
                "Invalid",
                qualified + " " + Quoting.quote(name) + " is invalid: " + findings,
                new Details(name, group, kind, causes, 0));
    }

    public static StatusException badRequest(String message) {
        return new StatusException(400, "BadRequest", message, null);
    }

    /** Try again after so many seconds; 0 names no time. */
    public static StatusException tooManyRequests(String message, List<Cause> causes, int retryAfterSeconds) {
        return new StatusException(429, "TooManyRequests", message, new Details("", "", "", causes, retryAfterSeconds));
    }

    public static StatusException methodNotSupported(ResourceInfo resource, String verb) {
        return new StatusException(
                405,
                "MethodNotAllowed",
                verb + " is not supported on resources of kind " + Quoting.quote(resource.qualifiedResource()),
                new Details("", resource.group(), resource.resource(), List.of(), 0));
    }

    /** The path is of the API, but nothing is served there. */
    public static StatusException noSuchPath() {
        return new StatusException(
                404,
                "NotFound",
                "the server could not find the requested resource",
                new Details("", "", "", List.of(), 0));
    }

    /** Nothing is served there, but the server does not know everything yet that it will serve. */
    public static StatusException notInstalledYet() {
        return new StatusException(
                503,
                "ServiceUnavailable",
                "the request has been made before all known HTTP paths have been installed, please retry",
                new Details("", "", "", List.of(), 5));
    }

    /** What the path names knows no such method. */
    public static StatusException methodNotAllowed() {
        return new StatusException(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
                new Details("", "", "", List.of(), 0));
    }

    public static StatusException internal(String why) {
        return new StatusException(
                500,
                "InternalError",
                "Internal error occurred: " + why,
                new Details("", "", "", List.of(new Cause("", why, "")), 0));
    }

    /** A generated name is taken, and so were those tried before it. */
    public static StatusException generateNameConflict(ResourceInfo resource, String name) {
        return new StatusException(
                409,
                "AlreadyExists",
                resource.qualifiedResource() + " " + Quoting.quote(name)
                        + " already exists, the server was not able to generate a unique name for the object",
                new Details(name, resource.group(), resource.resource(), List.of(), 0));
    }

    public static StatusException unauthorized() {
        return new StatusException(401, "Unauthorized", "Unauthorized", null);
    }

    /** Refused by authorization, for a path that is no resource. */
    public static StatusException forbiddenPath(String why) {
        return new StatusException(403, "Forbidden", "forbidden: " + why, new Details("", "", "", List.of(), 0));
    }

    /** The namespace of the object to be created is on its way out. */
    public static StatusException namespaceTerminating(ResourceInfo resource, String name, String namespace) {
        String what = resource.qualifiedResource() + (name.isEmpty() ? "" : " " + Quoting.quote(name));
        return new StatusException(
                403,
                "Forbidden",
                what + " is forbidden: unable to create new content in namespace " + namespace
                        + " because it is being terminated",
                new Details(
                        name,
                        resource.group(),
                        resource.resource(),
                        List.of(new Cause(
                                "NamespaceTerminating",
                                "namespace " + namespace + " is being terminated",
                                "metadata.namespace")),
                        0));
    }

    /** The version or the continue token is older than what is remembered. */
    public static StatusException expired(String message) {
        return new StatusException(410, "Expired", message, null);
    }

    /** The same failure, with a token to go on from all the same. */
    public StatusException withContinue(String token) {
        return new StatusException(code, reason, String.valueOf(getMessage()), details, token);
    }

    /** A version that this server has not seen yet. */
    public static StatusException tooLargeResourceVersion(long asked, long current) {
        return new StatusException(
                504,
                "Timeout",
                "Timeout: Too large resource version: " + asked + ", current: " + current,
                new Details(
                        "",
                        "",
                        "",
                        List.of(new Cause("ResourceVersionTooLarge", "Too large resource version", "")),
                        1));
    }

    public static StatusException timeout(String message, int retryAfterSeconds) {
        return new StatusException(
                504, "Timeout", "Timeout: " + message, new Details("", "", "", List.of(), retryAfterSeconds));
    }

    /** What the server depends on does not answer. */
    public static StatusException serviceUnavailable(String message) {
        return new StatusException(503, "ServiceUnavailable", message, null);
    }

    public static StatusException requestEntityTooLarge(long limit) {
        return new StatusException(413, "RequestEntityTooLarge", "Request entity too large: limit is " + limit, null);
    }

    public static StatusException unsupportedMediaType(List<String> accepted) {
        return new StatusException(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", accepted),
                null);
    }

    public static StatusException notAcceptable(List<String> accepted) {
        return new StatusException(
                406,
                "NotAcceptable",
                "only the following media types are accepted: " + String.join(", ", accepted),
                null);
    }

    /** An error that Kubernetes passes on as it comes, without a reason. */
    public static StatusException plain(int code, String message) {
        return new StatusException(code, "", message, null);
    }

    /** The Status object of this failure. */
    public ObjectNode toStatus() {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        putUnlessEmpty(status.putObject("metadata"), "continue", continueToken);
        status.put("status", "Failure").put("message", getMessage());
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        if (details != null) {
            ObjectNode node = status.putObject("details");
            putUnlessEmpty(node, "name", details.name());
            putUnlessEmpty(node, "group", details.group());
            putUnlessEmpty(node, "kind", details.kind());
            if (!details.causes().isEmpty()) {
                ArrayNode causes = node.putArray("causes");
                for (Cause cause : details.causes()) {
                    ObjectNode each = causes.addObject();
                    putUnlessEmpty(each, "reason", cause.reason());
                    putUnlessEmpty(each, "message", cause.message());
                    putUnlessEmpty(each, "field", cause.field());
                }
            }
            if (details.retryAfterSeconds() > 0) {
                node.put("retryAfterSeconds", details.retryAfterSeconds());
            }
        }
        status.put("code", code);
        return status;
    }

    private static void putUnlessEmpty(ObjectNode node, String name, String value) {
        if (!value.isEmpty()) {
            node.put(name, value);
        }
    }

    /** HTTP status code. */
    public int code() {
        return code;
    }

    /** Status.reason, such as {@code NotFound}. */
    public String reason() {
        return reason;
    }

    public @Nullable Details details() {
        return details;
    }
}
