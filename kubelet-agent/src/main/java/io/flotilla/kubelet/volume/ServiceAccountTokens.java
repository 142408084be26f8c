package io.flotilla.kubelet.volume;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tokens of service accounts bound to pods (TokenRequest), renewed after 80 % of their time or a day. */
final class ServiceAccountTokens {
    private static final long DEFAULT_SECONDS = 3600;
    private static final Duration OLDEST = Duration.ofHours(24);

    private record Key(String podUid, String audience, long seconds) {}

    private record Token(String text, Instant renewAt) {}

    private final ResourceClient<ServiceAccount> serviceAccounts;
    private final Clock clock;
    private final Map<Key, Token> tokens = new ConcurrentHashMap<>();

    ServiceAccountTokens(ResourceClient<ServiceAccount> serviceAccounts, Clock clock) {
        this.serviceAccounts = serviceAccounts;
        this.clock = clock;
    }

    String token(Pod pod, @Nullable String audience, @Nullable Long expirationSeconds) throws VolumeException {
        long seconds = expirationSeconds == null ? DEFAULT_SECONDS : expirationSeconds;
        Key key = new Key(PodSpecs.uid(pod), audience == null ? "" : audience, seconds);
        Token present = tokens.get(key);
        if (present != null && clock.instant().isBefore(present.renewAt())) {
            return present.text();
        }
        Token fresh = request(pod, key);
        tokens.put(key, fresh);
        return fresh.text();
    }

    private Token request(Pod pod, Key key) throws VolumeException {
        String account = pod.getSpec().getServiceAccountName();
        ObjectNode request = ObjectJson.mapper().createObjectNode();
        request.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenRequest");
        ObjectNode spec = request.putObject("spec");
        if (key.audience().isEmpty()) {
            spec.putArray("audiences");
        } else {
            spec.putArray("audiences").add(key.audience());
        }
        spec.put("expirationSeconds", key.seconds());
        spec.putObject("boundObjectRef")
                .put("kind", "Pod")
                .put("apiVersion", "v1")
                .put("name", pod.getMetadata().getName())
                .put("uid", PodSpecs.uid(pod));
        ObjectKey at = new ObjectKey(
                pod.getMetadata().getNamespace(), account == null || account.isEmpty() ? "default" : account);
        try {
            JsonNode status = ObjectJson.read(serviceAccounts.post(at, "token", request), JsonNode.class)
                    .path("status");
            String text = status.path("token").asText();
            if (text.isEmpty()) {
                throw new VolumeException("failed to fetch token: the API server answered without one");
            }
            Instant now = clock.instant();
            String expiration = status.path("expirationTimestamp").asText();
            Duration life = expiration.isEmpty()
                    ? Duration.ofSeconds(key.seconds())
                    : Duration.between(now, Instant.parse(expiration));
            Duration renewal = life.multipliedBy(4).dividedBy(5);
            return new Token(text, now.plus(renewal.compareTo(OLDEST) > 0 ? OLDEST : renewal));
        } catch (ApiException e) {
            throw new VolumeException("failed to fetch token: " + e.getMessage(), e);
        }
    }

    /** Returns when the first token of the pod is to be renewed. */
    Optional<Instant> nextRenewal(String podUid) {
        return tokens.entrySet().stream()
                .filter(entry -> entry.getKey().podUid().equals(podUid))
                .map(entry -> entry.getValue().renewAt())
                .min(Instant::compareTo);
    }

    void forget(String podUid) {
        tokens.keySet().removeIf(key -> key.podUid().equals(podUid));
    }
}
