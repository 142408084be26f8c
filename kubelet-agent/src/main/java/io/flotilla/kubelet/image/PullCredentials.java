package io.flotilla.kubelet.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.flotilla.kubelet.reference.ReferenceException;
import io.flotilla.kubelet.reference.References;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.proto.cri.AuthConfig;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the credentials for a registry among a pod's imagePullSecrets. */
final class PullCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(PullCredentials.class);
    private static final String DEFAULT_REGISTRY = "docker.io";

    private PullCredentials() {}

    static AuthConfig of(Pod pod, String image, References references) {
        String registry = registry(image);
        for (LocalObjectReference reference : pod.getSpec().getImagePullSecrets()) {
            try {
                Secret secret = references.secret(pod.getMetadata().getNamespace(), reference.getName());
                for (var entry : auths(secret).properties()) {
                    if (host(entry.getKey()).equals(registry)) {
                        return config(entry.getValue());
                    }
                }
            } catch (ReferenceException | RuntimeException e) {
                LOG.debug("The pull secret {} cannot be used: {}", reference.getName(), e.getMessage());
            }
        }
        return AuthConfig.getDefaultInstance();
    }

    private static JsonNode auths(Secret secret) {
        String modern = secret.getData().get(".dockerconfigjson");
        if (modern != null) {
            return ObjectJson.read(Base64.getDecoder().decode(modern), JsonNode.class)
                    .path("auths");
        }
        String old = secret.getData().getOrDefault(".dockercfg", "e30=");
        return ObjectJson.read(Base64.getDecoder().decode(old), JsonNode.class);
    }

    private static AuthConfig config(JsonNode entry) {
        AuthConfig.Builder config = AuthConfig.newBuilder()
                .setUsername(entry.path("username").asText())
                .setPassword(entry.path("password").asText());
        String auth = entry.path("auth").asText();
        if (config.getUsername().isEmpty() && !auth.isEmpty()) {
            String[] pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8).split(":", 2);
            config.setUsername(pair[0]).setPassword(pair.length > 1 ? pair[1] : "");
        }
        return config.build();
    }

    private static String registry(String image) {
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        return first.contains(".") || first.contains(":") || first.equals("localhost") ? first : DEFAULT_REGISTRY;
    }

    private static String host(String key) {
        String bare = key.replaceFirst("^https?://", "").split("/", 2)[0];
        return bare.equals("index.docker.io") ? DEFAULT_REGISTRY : bare;
    }
}
