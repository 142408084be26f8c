package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Route;

/** An open address. Connections that it has accepted outlive it. */
interface Listener extends AutoCloseable {
    Route route();

    /** Changes where new connections go. */
    void update(Route route);

    boolean bound();

    @Override
    void close();
}
