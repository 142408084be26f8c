package io.flotilla.kubelet.reference;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;

/** Reads what pods refer to. */
public interface References {

    /** Fails with {@code configmap "name" not found} where there is none. */
    ConfigMap configMap(String namespace, String name) throws ReferenceException;

    /** Fails with {@code secret "name" not found} where there is none. */
    Secret secret(String namespace, String name) throws ReferenceException;
}
