package io.flotilla.kubelet.env;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.flotilla.kubelet.reference.ReferenceException;
import io.flotilla.kubelet.reference.References;
import io.flotilla.machinery.informer.Lister;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Builds a container's environment. */
public final class Environment {
    private final References references;
    private final Lister<Service> services;
    private final DownwardApi downwardApi;

    public Environment(References references, Lister<Service> services, DownwardApi downwardApi) {
        this.references = references;
        this.services = services;
        this.downwardApi = downwardApi;
    }

    /**
     * Returns the variables in order: those of the container, then those of services that it does not itself define, and
     * POD_IP, by which containers that share the machine's network learn which address is theirs.
     *
     * @throws ReferenceException with the text for the container's waiting state
     */
    public Map<String, String> of(Pod pod, Container container, java.util.List<String> podIps)
            throws ReferenceException {
        Map<String, String> serviceVariables = ServiceVariables.of(pod, services);
        Map<String, String> variables = new LinkedHashMap<>();
        for (EnvFromSource source : container.getEnvFrom()) {
            String prefix = source.getPrefix() == null ? "" : source.getPrefix();
            all(pod, source).forEach((name, value) -> variables.put(prefix + name, value));
        }
        for (EnvVar variable : container.getEnv()) {
            String value;
            if (variable.getValueFrom() != null) {
                Optional<String> found = one(pod, container, variable.getValueFrom(), podIps);
                if (found.isEmpty()) {
                    continue;
                }
                value = found.get();
            } else {
                value = Expansion.expand(
                        variable.getValue() == null ? "" : variable.getValue(),
                        name -> lookUp(name, variables, serviceVariables));
            }
            variables.remove(variable.getName());
            variables.put(variable.getName(), value);
        }
        serviceVariables.forEach(variables::putIfAbsent);
        if (!podIps.isEmpty()) {
            variables.putIfAbsent("POD_IP", podIps.getFirst());
        }
        return variables;
    }

    private static @Nullable String lookUp(String name, Map<String, String> own, Map<String, String> services) {
        String value = own.get(name);
        return value == null ? services.get(name) : value;
    }

    private Map<String, String> all(Pod pod, EnvFromSource source) throws ReferenceException {
        String namespace = pod.getMetadata().getNamespace();
        try {
            if (source.getConfigMapRef() != null) {
                Map<String, String> data = references
                        .configMap(namespace, source.getConfigMapRef().getName())
                        .getData();
                return data == null ? Map.of() : new TreeMap<>(data);
            }
            if (source.getSecretRef() != null) {
                Map<String, String> values = new TreeMap<>();
                Map<String, String> data = references
                        .secret(namespace, source.getSecretRef().getName())
                        .getData();
                if (data != null) {
                    data.forEach((name, value) -> values.put(name, decoded(value)));
                }
                return values;
            }
        } catch (ReferenceException e) {
            boolean optional = source.getConfigMapRef() != null
                    ? Boolean.TRUE.equals(source.getConfigMapRef().getOptional())
                    : Boolean.TRUE.equals(source.getSecretRef().getOptional());
            if (!optional) {
                throw e;
            }
        }
        return Map.of();
    }

    private Optional<String> one(Pod pod, Container container, EnvVarSource source, java.util.List<String> podIps)
            throws ReferenceException {
        String namespace = pod.getMetadata().getNamespace();
        if (source.getFieldRef() != null) {
            return Optional.of(downwardApi.field(pod, source.getFieldRef().getFieldPath(), podIps));
        }
        if (source.getResourceFieldRef() != null) {
            return Optional.of(downwardApi.resource(pod, source.getResourceFieldRef(), container));
        }
        if (source.getConfigMapKeyRef() != null) {
            var selector = source.getConfigMapKeyRef();
            boolean optional = Boolean.TRUE.equals(selector.getOptional());
            try {
                ConfigMap map = references.configMap(namespace, selector.getName());
                return key(map.getData(), selector.getKey(), optional, "ConfigMap", namespace, selector.getName());
            } catch (ReferenceException e) {
                return absent(optional, e);
            }
        }
        if (source.getSecretKeyRef() != null) {
            var selector = source.getSecretKeyRef();
            boolean optional = Boolean.TRUE.equals(selector.getOptional());
            try {
                Secret secret = references.secret(namespace, selector.getName());
                return key(secret.getData(), selector.getKey(), optional, "Secret", namespace, selector.getName())
                        .map(Environment::decoded);
            } catch (ReferenceException e) {
                return absent(optional, e);
            }
        }
        return Optional.of("");
    }

    private static Optional<String> absent(boolean optional, ReferenceException e) throws ReferenceException {
        if (optional) {
            return Optional.empty();
        }
        throw e;
    }

    private static Optional<String> key(
            @Nullable Map<String, String> data,
            String key,
            boolean optional,
            String kind,
            String namespace,
            String name)
            throws ReferenceException {
        String value = data == null ? null : data.get(key);
        if (value == null && !optional) {
            throw new ReferenceException("couldn't find key " + key + " in " + kind + " " + namespace + "/" + name);
        }
        return Optional.ofNullable(value);
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
