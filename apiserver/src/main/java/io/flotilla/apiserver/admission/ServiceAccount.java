package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * Gives every pod a service account and mounts its token: a projected volume of a token bound to the pod, the cluster's
 * certificate authority and the namespace.
 */
public final class ServiceAccount extends PodAdmission {
    private static final String DEFAULT = "default";
    private static final String MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX = 5;
    /** A little more than an hour, by which Kubernetes tells that nobody chose it. */
    private static final int EXPIRATION_SECONDS = 3607;

    private static final int MODE = 420;
    private static final int ATTEMPTS = 10;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(100);

    private final Resources resources;
    private final RandomGenerator random;

    /** @param random for the names of volumes */
    public ServiceAccount(Resources resources, RandomGenerator random) {
        this.resources = resources;
        this.random = random;
    }

    @Override
    public String name() {
        return "ServiceAccount";
    }

    @Override
    void admitNew(WriteContext context, ObjectNode pod, ObjectNode spec) {
        String name = Trees.text(spec, "serviceAccountName");
        if (isMirror(pod)) {
            if (!name.isEmpty()) {
                throw forbidden(context, pod, "a mirror pod may not reference service accounts");
            }
            return;
        }
        if (name.isEmpty()) {
            name = DEFAULT;
        }
        spec.put("serviceAccountName", name);
        spec.put("serviceAccount", name);
        ObjectNode account = find(context, pod, name);
        if (mountsToken(spec, account)) {
            mountToken(spec);
        }
        if (spec.path("imagePullSecrets").isEmpty()
                && !account.path("imagePullSecrets").isEmpty()) {
            spec.set("imagePullSecrets", account.get("imagePullSecrets").deepCopy());
        }
    }

    private ObjectNode find(WriteContext context, ObjectNode pod, String name) {
        ResourceInfo accounts = resources.of("", "serviceaccounts");
        String namespace = context.namespace();
        // The default account of a new namespace is made by a controller: it may be a moment late.
        int attempts = name.equals(DEFAULT) ? ATTEMPTS : 1;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            Optional<ObjectNode> found = context.store()
                    .cached(accounts, namespace, name)
                    .or(() -> context.store().get(accounts, namespace, name));
            if (found.isPresent()) {
                return found.get();
            }
            if (attempt < attempts) {
                LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
            }
        }
        throw forbidden(
                context,
                pod,
                "error looking up service account " + namespace + "/" + name + ": serviceaccount \"" + name
                        + "\" not found");
    }

    private static boolean mountsToken(ObjectNode spec, ObjectNode account) {
        JsonNode own = spec.path("automountServiceAccountToken");
        return own.isBoolean()
                ? own.booleanValue()
                : account.path("automountServiceAccountToken").asBoolean(true);
    }

    private void mountToken(ObjectNode spec) {
        String volume = "";
        for (JsonNode each : spec.path("volumes")) {
            if (each.path("name").asText().startsWith("kube-api-access-")) {
                volume = each.path("name").asText();
            }
        }
        boolean present = !volume.isEmpty();
        if (!present) {
            volume = "kube-api-access-" + suffix();
        }
        boolean used = false;
        for (String list : CONTAINERS) {
            for (JsonNode container : spec.path(list)) {
                if (!mountsAt((ObjectNode) container)) {
                    array((ObjectNode) container, "volumeMounts")
                            .addObject()
                            .put("name", volume)
                            .put("readOnly", true)
                            .put("mountPath", MOUNT_PATH);
                    used = true;
                }
            }
        }
        if (used && !present) {
            addVolume(array(spec, "volumes").addObject(), volume);
        }
    }

    private static boolean mountsAt(ObjectNode container) {
        for (JsonNode mount : container.path("volumeMounts")) {
            if (mount.path("mountPath").asText().equals(MOUNT_PATH)) {
                return true;
            }
        }
        return false;
    }

    private static ArrayNode array(ObjectNode holder, String name) {
        return holder.get(name) instanceof ArrayNode present ? present : holder.putArray(name);
    }

    private static void addVolume(ObjectNode volume, String name) {
        volume.put("name", name);
        ObjectNode projected = volume.putObject("projected");
        ArrayNode sources = projected.putArray("sources");
        sources.addObject()
                .putObject("serviceAccountToken")
                .put("expirationSeconds", EXPIRATION_SECONDS)
                .put("path", "token");
        ObjectNode authority = sources.addObject().putObject("configMap");
        authority.put("name", "kube-root-ca.crt");
        authority.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
        ObjectNode namespace = sources.addObject()
                .putObject("downwardAPI")
                .putArray("items")
                .addObject()
                .put("path", "namespace");
        namespace.putObject("fieldRef").put("apiVersion", "v1").put("fieldPath", "metadata.namespace");
        projected.put("defaultMode", MODE);
    }

    private String suffix() {
        StringBuilder suffix = new StringBuilder(SUFFIX);
        for (int i = 0; i < SUFFIX; i++) {
            suffix.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return suffix.toString();
    }
}
