package io.flotilla.kubelet.volume;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.flotilla.kubelet.env.DownwardApi;
import io.flotilla.kubelet.reference.ReferenceException;
import io.flotilla.kubelet.reference.References;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What volumes made of API objects hold. */
final class Payloads {
    private static final int DEFAULT_MODE = 0644;

    private final References references;
    private final DownwardApi downwardApi;
    private final ServiceAccountTokens tokens;

    Payloads(References references, DownwardApi downwardApi, ServiceAccountTokens tokens) {
        this.references = references;
        this.downwardApi = downwardApi;
        this.tokens = tokens;
    }

    Payload configMap(Pod pod, String name, List<KeyToPath> items, @Nullable Integer mode, @Nullable Boolean optional)
            throws VolumeException {
        Map<String, byte[]> data = new TreeMap<>();
        try {
            ConfigMap map = references.configMap(pod.getMetadata().getNamespace(), name);
            if (map.getData() != null) {
                map.getData().forEach((key, value) -> data.put(key, value.getBytes(StandardCharsets.UTF_8)));
            }
            if (map.getBinaryData() != null) {
                map.getBinaryData()
                        .forEach((key, value) ->
                                data.put(key, Base64.getDecoder().decode(value)));
            }
        } catch (ReferenceException e) {
            if (!Boolean.TRUE.equals(optional)) {
                throw new VolumeException(e.getMessage(), e);
            }
        }
        return pick(data, items, mode, optional);
    }

    Payload secret(Pod pod, String name, List<KeyToPath> items, @Nullable Integer mode, @Nullable Boolean optional)
            throws VolumeException {
        Map<String, byte[]> data = new TreeMap<>();
        try {
            Secret secret = references.secret(pod.getMetadata().getNamespace(), name);
            if (secret.getData() != null) {
                secret.getData()
                        .forEach((key, value) ->
                                data.put(key, Base64.getDecoder().decode(value)));
            }
        } catch (ReferenceException e) {
            if (!Boolean.TRUE.equals(optional)) {
                throw new VolumeException(e.getMessage(), e);
            }
        }
        return pick(data, items, mode, optional);
    }

    private static Payload pick(
            Map<String, byte[]> data, List<KeyToPath> items, @Nullable Integer mode, @Nullable Boolean optional)
            throws VolumeException {
        int common = mode == null ? DEFAULT_MODE : mode;
        Payload payload = new Payload();
        if (items.isEmpty()) {
            for (Map.Entry<String, byte[]> entry : data.entrySet()) {
                payload.put(entry.getKey(), entry.getValue(), common);
            }
            return payload;
        }
        for (KeyToPath item : items) {
            byte[] content = data.get(item.getKey());
            if (content != null) {
                payload.put(item.getPath(), content, item.getMode() == null ? common : item.getMode());
            } else if (!Boolean.TRUE.equals(optional)) {
                throw new VolumeException("references non-existent config key: " + item.getKey());
            }
        }
        return payload;
    }

    Payload downwardApi(Pod pod, List<DownwardAPIVolumeFile> items, @Nullable Integer mode, List<String> podIps)
            throws VolumeException {
        Payload payload = new Payload();
        for (DownwardAPIVolumeFile item : items) {
            try {
                String value = item.getFieldRef() != null
                        ? downwardApi.field(pod, item.getFieldRef().getFieldPath(), podIps)
                        : downwardApi.resource(pod, item.getResourceFieldRef(), null);
                int own = item.getMode() != null ? item.getMode() : mode == null ? DEFAULT_MODE : mode;
                payload.put(item.getPath(), value.getBytes(StandardCharsets.UTF_8), own);
            } catch (ReferenceException e) {
                throw new VolumeException(e.getMessage(), e);
            }
        }
        return payload;
    }

    Payload projected(Pod pod, ProjectedVolumeSource volume, List<String> podIps) throws VolumeException {
        Integer mode = volume.getDefaultMode();
        Payload payload = new Payload();
        for (VolumeProjection source : volume.getSources()) {
            if (source.getConfigMap() != null) {
                var map = source.getConfigMap();
                payload.putAll(configMap(pod, map.getName(), map.getItems(), mode, map.getOptional()));
            } else if (source.getSecret() != null) {
                var secret = source.getSecret();
                payload.putAll(secret(pod, secret.getName(), secret.getItems(), mode, secret.getOptional()));
            } else if (source.getDownwardAPI() != null) {
                payload.putAll(downwardApi(pod, source.getDownwardAPI().getItems(), mode, podIps));
            } else if (source.getServiceAccountToken() != null) {
                var token = source.getServiceAccountToken();
                payload.put(
                        token.getPath(),
                        tokens.token(pod, token.getAudience(), token.getExpirationSeconds())
                                .getBytes(StandardCharsets.UTF_8),
                        mode == null ? DEFAULT_MODE : mode);
            } else {
                throw new VolumeException("a projected source of this kind is not supported");
            }
        }
        return payload;
    }
}
