package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Backend;
import io.flotilla.kubeproxy.service.Route;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Chooses backends for one address: in turn, or always the same one for a client that has affinity. The first backend of
 * such a client follows from a hash, so that the proxies that share an address agree on it. Safe from any thread.
 */
final class Balancer {
    private static final int SWEEP_ABOVE = 1024;

    private final LongSupplier nanoTime;
    private final AtomicInteger next;
    private final Map<InetAddress, Sticky> clients = new ConcurrentHashMap<>();
    private volatile Route route;

    private record Sticky(Backend backend, long usedAt) {}

    /**
     * Makes a balancer.
     *
     * @param first where the turns start, so that several proxies do not start with the same backend
     */
    Balancer(Route route, int first, LongSupplier nanoTime) {
        this.route = route;
        this.next = new AtomicInteger(first);
        this.nanoTime = nanoTime;
    }

    Route route() {
        return route;
    }

    void update(Route changed) {
        route = changed;
    }

    /** Returns all backends in the order in which a connection of the client should try them. */
    List<Backend> order(InetAddress client) {
        Route now = route;
        List<Backend> backends = now.backends();
        int count = backends.size();
        if (count == 0) {
            return List.of();
        }
        List<Backend> order = new ArrayList<>(count);
        int first = Math.floorMod(next.getAndIncrement(), count);
        for (int i = 0; i < count; i++) {
            order.add(backends.get((first + i) % count));
        }
        if (!now.affinity().isZero()) {
            Backend preferred = preferred(client, now);
            order.remove(preferred);
            order.addFirst(preferred);
        }
        return order;
    }

    private Backend preferred(InetAddress client, Route now) {
        Sticky sticky = clients.get(client);
        if (sticky != null && !expired(sticky, now) && now.backends().contains(sticky.backend())) {
            return sticky.backend();
        }
        Backend best = now.backends().getFirst();
        long bestWeight = Long.MIN_VALUE;
        for (Backend backend : now.backends()) {
            long weight = mix(client.hashCode() * 31L + backend.hashCode());
            if (weight > bestWeight) {
                best = backend;
                bestWeight = weight;
            }
        }
        return best;
    }

    /** The finalizer of SplittableRandom: spreads similar inputs over all values. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** Notes that the client has a connection to the backend. */
    void used(InetAddress client, Backend backend) {
        Route now = route;
        if (now.affinity().isZero()) {
            return;
        }
        if (clients.size() > SWEEP_ABOVE) {
            clients.values().removeIf(sticky -> expired(sticky, now));
        }
        clients.put(client, new Sticky(backend, nanoTime.getAsLong()));
    }

    private boolean expired(Sticky sticky, Route now) {
        return nanoTime.getAsLong() - sticky.usedAt() >= now.affinity().toNanos();
    }
}
