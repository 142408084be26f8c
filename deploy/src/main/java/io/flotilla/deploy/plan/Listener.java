package io.flotilla.deploy.plan;

import java.util.List;
import java.util.Locale;

/** What a process may listen for. */
public enum Listener {
    CLIENT,
    PEER,
    METRICS,
    HTTPS,
    GRPC;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<Listener> of(Kind kind) {
        return switch (kind) {
            case ETCD -> List.of(CLIENT, PEER, METRICS);
            case API_SERVER -> List.of(HTTPS, GRPC);
            case BALANCER, CONTROLLER_MANAGER, SCHEDULER, PROXY -> List.of(HTTPS);
            case AGENT -> List.of(HTTPS, GRPC);
        };
    }

    /** The port that Kubernetes has for it, where the process has an address to itself; 0 where it shares one. */
    int usualPort(Kind kind) {
        return switch (kind) {
            case AGENT -> this == GRPC ? 10250 : 10248;
            case PROXY -> 10256;
            case ETCD, API_SERVER, BALANCER, CONTROLLER_MANAGER, SCHEDULER -> 0;
        };
    }
}
