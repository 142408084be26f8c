package io.flotilla.apiserver.tracing;

import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.flowcontrol.Admission;
import io.flotilla.apiserver.storage.StoreObserver;
import java.util.function.Supplier;

/** Parts of the server with spans around their calls, named as Kubernetes names them; without tracing, just these parts. */
public final class Traced {
    private Traced() {}

    public static Authorizer authorizer(Tracing tracing, Authorizer authorizer) {
        if (!tracing.isOn()) {
            return authorizer;
        }
        return (user, asked) -> {
            try (Tracing.Work _ = tracing.start("authorization")) {
                return authorizer.authorize(user, asked);
            }
        };
    }

    /** The span of an admission lasts as long as the request waits. */
    public static Admission admission(Tracing tracing, Admission admission) {
        if (!tracing.isOn()) {
            return admission;
        }
        return (user, asked, wanted) -> {
            try (Tracing.Work _ = tracing.start("priorityandfairness")) {
                return admission.admit(user, asked, wanted);
            }
        };
    }

    public static StoreObserver store(Tracing tracing, StoreObserver observer) {
        return tracing.isOn() ? new Store(tracing, observer) : observer;
    }

    private record Store(Tracing tracing, StoreObserver observer) implements StoreObserver {
        @Override
        public <T> T observe(String operation, String key, Supplier<T> call) {
            try (Tracing.Work _ = tracing.start(name(operation), "key", key)) {
                try {
                    return observer.observe(operation, key, call);
                } catch (RuntimeException e) {
                    tracing.failed(e);
                    throw e;
                }
            }
        }

        private static String name(String operation) {
            return switch (operation) {
                case "create" -> "Create etcd3";
                case "update" -> "GuaranteedUpdate etcd3";
                case "delete" -> "Delete etcd3";
                case "list" -> "List(recursive=true) etcd3";
                default -> "Get etcd3";
            };
        }
    }
}
