package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * An APIService: who serves a version of a group.
 *
 * @param automanaged value of the label by which servers know what they made; empty for what someone else made
 * @param backend who serves it; empty for this server itself
 * @param available whether its condition says so
 */
public record ApiService(
        String name,
        String group,
        String version,
        int groupPriority,
        int versionPriority,
        String automanaged,
        Optional<Backend> backend,
        boolean available) {
    static final String AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";
    private static final int HTTPS = 443;

    /**
     * A service, and whom to trust there.
     *
     * @param caBundle PEM in base64; empty for whom the machine trusts
     */
    public record Backend(String namespace, String name, int port, String caBundle, boolean insecure) {
        /** The name that the certificate must be for. */
        String serverName() {
            return name + "." + namespace + ".svc";
        }
    }

    static ApiService of(JsonNode object) {
        JsonNode spec = object.path("spec");
        JsonNode service = spec.path("service");
        JsonNode metadata = object.path("metadata");
        return new ApiService(
                metadata.path("name").asText(),
                spec.path("group").asText(""),
                spec.path("version").asText(),
                spec.path("groupPriorityMinimum").asInt(),
                spec.path("versionPriority").asInt(),
                metadata.path("labels").path(AUTOMANAGED).asText(""),
                service.isObject()
                        ? Optional.of(new Backend(
                                service.path("namespace").asText(),
                                service.path("name").asText(),
                                service.path("port").asInt(HTTPS),
                                spec.path("caBundle").asText(""),
                                spec.path("insecureSkipTLSVerify").asBoolean(false)))
                        : Optional.empty(),
                isAvailable(object));
    }

    private static boolean isAvailable(JsonNode object) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(Condition.TYPE)) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    /** Where its resources are, and discovery names them. */
    public String path() {
        return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    }
}
