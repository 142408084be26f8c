package io.flotilla.apiserver.authz;

import io.flotilla.apiserver.request.User;
import java.util.Set;

/**
 * What the cluster's own identities may do until roles are evaluated: masters everything; the controller manager and
 * the garbage collector's kin everything on resources; scheduler, nodes and proxies what their work takes; everyone who
 * is authenticated may ask about themselves and read the documents.
 */
public final class ComponentAuthorizer implements Authorizer {
    private static final Set<String> READ = Set.of("get", "list", "watch");
    private static final Set<String> OPEN_PATHS = Set.of("/healthz", "/livez", "/readyz", "/version");
    private static final Set<String> SELF_REVIEWS =
            Set.of("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews");
    private static final Set<String> EVENT_WRITES = Set.of("create", "patch", "update");
    private static final Set<String> LEASE_WRITES = Set.of("get", "list", "watch", "create", "update", "patch");

    @Override
    public Decision authorize(User user, Attributes asked) {
        return allows(user, asked) ? Decision.ALLOW : Decision.NO_OPINION;
    }

    private static boolean allows(User user, Attributes asked) {
        if (user.isIn(User.MASTERS)) {
            return true;
        }
        if (!asked.isResource()) {
            return allowsPath(user, asked);
        }
        if (user.isIn(User.AUTHENTICATED) && SELF_REVIEWS.contains(asked.resource())) {
            return asked.verb().equals("create");
        }
        if (user.isIn("system:nodes")) {
            return node(user, asked);
        }
        return switch (user.name()) {
            case "system:kube-controller-manager" -> true;
            case "system:kube-scheduler" -> scheduler(asked);
            case "system:kube-proxy" -> proxy(asked);
            default -> false;
        };
    }

    private static boolean allowsPath(User user, Attributes asked) {
        if (!asked.verb().equals("get")) {
            return false;
        }
        String path = asked.path();
        if (OPEN_PATHS.contains(path) || path.startsWith("/livez/") || path.startsWith("/readyz/")) {
            return true;
        }
        return user.isIn(User.AUTHENTICATED)
                && (path.equals("/api")
                        || path.equals("/apis")
                        || path.startsWith("/api/")
                        || path.startsWith("/apis/")
                        || path.startsWith("/openapi")
                        || path.equals("/version/"));
    }

    private static boolean scheduler(Attributes asked) {
        return READ.contains(asked.verb())
                || isEvent(asked)
                || isLease(asked)
                || switch (asked.resourcePath()) {
                    case "pods/binding", "bindings" -> asked.verb().equals("create");
                    case "pods/status" ->
                        asked.verb().equals("patch") || asked.verb().equals("update");
                    case "pods" -> asked.verb().equals("delete");
                    case "persistentvolumeclaims", "persistentvolumes", "resourceclaims", "resourceclaims/status" ->
                        asked.verb().equals("update") || asked.verb().equals("patch");
                    default -> false;
                };
    }

    private static boolean proxy(Attributes asked) {
        return isEvent(asked)
                || (READ.contains(asked.verb())
                        && switch (asked.resource()) {
                            case "services",
                                    "endpoints",
                                    "endpointslices",
                                    "nodes",
                                    "servicecidrs",
                                    "pods",
                                    "namespaces" -> true;
                            default -> false;
                        });
    }

    private static boolean node(User user, Attributes asked) {
        if (!user.name().startsWith("system:node:")) {
            return false;
        }
        String node = user.name().substring("system:node:".length());
        boolean write = asked.verb().equals("update") || asked.verb().equals("patch");
        return isEvent(asked)
                || switch (asked.resourcePath()) {
                    case "nodes" ->
                        READ.contains(asked.verb())
                                || asked.verb().equals("create")
                                || (write && asked.name().equals(node));
                    case "nodes/status" -> write && asked.name().equals(node);
                    case "pods" ->
                        READ.contains(asked.verb())
                                || asked.verb().equals("create")
                                || asked.verb().equals("delete");
                    case "pods/status", "persistentvolumeclaims/status" -> write;
                    case "pods/eviction" -> asked.verb().equals("create");
                    case "csinodes" ->
                        READ.contains(asked.verb())
                                || asked.verb().equals("create")
                                || ((write || asked.verb().equals("delete"))
                                        && asked.name().equals(node));
                    case "resourceslices" -> true;
                    case "leases" ->
                        LEASE_WRITES.contains(asked.verb())
                                && asked.namespace().equals("kube-node-lease")
                                && (asked.name().isEmpty() || asked.name().equals(node));
                    case "serviceaccounts/token",
                            "tokenreviews",
                            "subjectaccessreviews",
                            "certificatesigningrequests" ->
                        asked.verb().equals("create") || READ.contains(asked.verb());
                    case "configmaps",
                            "secrets",
                            "services",
                            "endpoints",
                            "endpointslices",
                            "persistentvolumes",
                            "persistentvolumeclaims",
                            "serviceaccounts",
                            "runtimeclasses",
                            "csidrivers",
                            "volumeattachments",
                            "namespaces" -> READ.contains(asked.verb());
                    default -> false;
                };
    }

    private static boolean isEvent(Attributes asked) {
        return asked.resourcePath().equals("events") && EVENT_WRITES.contains(asked.verb());
    }

    private static boolean isLease(Attributes asked) {
        return asked.resourcePath().equals("leases") && LEASE_WRITES.contains(asked.verb());
    }
}
