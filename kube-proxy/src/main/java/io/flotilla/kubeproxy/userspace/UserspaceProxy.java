package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Route;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens where the routes say. An address without backends is closed, so that connections to it are refused by the
 * kernel. Changing or removing a route does not touch connections that are established.
 */
public final class UserspaceProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UserspaceProxy.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final Transport transport = new Transport(CONNECT_TIMEOUT);
    private final Duration udpIdleTimeout;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final Failures failures;
    private final Map<Listen, Listener> listeners = new HashMap<>(); // guarded by this
    private final Map<Listen, Route> broken = new HashMap<>(); // guarded by this

    /** Hears of addresses that cannot be bound, once for each until it can be. Must not block. */
    public interface Failures {
        void cannotBind(Listen listen, String message);
    }

    /**
     * Makes a proxy that listens nowhere.
     *
     * @param udpIdleTimeout how long a client of a UDP service keeps its backend after its last datagram
     */
    public UserspaceProxy(Duration udpIdleTimeout, RandomGenerator random, LongSupplier nanoTime, Failures failures) {
        this.udpIdleTimeout = udpIdleTimeout;
        this.random = random;
        this.nanoTime = nanoTime;
        this.failures = failures;
    }

    /** Opens the address or changes its route; without backends closes it. */
    public synchronized void route(Listen listen, Route route) {
        if (route.backends().isEmpty()) {
            remove(listen);
            return;
        }
        Listener present = listeners.get(listen);
        if (present != null) {
            present.update(route);
            return;
        }
        Balancer balancer = new Balancer(route, random.nextInt(Integer.MAX_VALUE), nanoTime);
        listeners.put(
                listen,
                switch (listen.protocol()) {
                    case TCP -> {
                        TcpListener listener = new TcpListener(listen, balancer, transport, told);
                        listener.start();
                        yield listener;
                    }
                    case UDP -> {
                        UdpListener listener =
                                new UdpListener(listen, balancer, transport, udpIdleTimeout, nanoTime, told);
                        listener.start();
                        yield listener;
                    }
                });
    }

    /** Closes the address. */
    public synchronized void remove(Listen listen) {
        Listener listener = listeners.remove(listen);
        if (listener != null) {
            listener.close();
        }
        broken.remove(listen);
    }

    /** Says whether the address is bound. */
    synchronized boolean listening(Listen listen) {
        Listener listener = listeners.get(listen);
        return listener != null && listener.bound();
    }

    /** Returns how many addresses there are that cannot be bound at present. */
    public synchronized int unbound() {
        return broken.size();
    }

    private final Binding.BindListener told = new Binding.BindListener() {
        @Override
        public void bound(Listen listen) {
            synchronized (UserspaceProxy.this) {
                broken.remove(listen);
            }
            LOG.debug("Listening on {}", listen);
        }

        @Override
        public void failed(Listen listen, Throwable cause) {
            Route route;
            synchronized (UserspaceProxy.this) {
                Listener listener = listeners.get(listen);
                if (listener == null || broken.put(listen, listener.route()) != null) {
                    return;
                }
                route = listener.route();
            }
            LOG.warn("Service {} cannot listen on {}: {}; retrying", route.service(), listen, cause.getMessage());
            failures.cannotBind(listen, "cannot listen on " + listen + ": " + cause.getMessage());
        }
    };

    @Override
    public void close() {
        synchronized (this) {
            listeners.values().forEach(Listener::close);
            listeners.clear();
        }
        transport.close();
    }
}
