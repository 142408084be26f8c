package io.flotilla.apiserver.flowcontrol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The seats and queues of one priority level. Queues share the level's seats by start-time fair queueing: each has a
 * virtual time that its requests push forward by the seat-seconds they cost, and the one furthest behind is served next.
 * Not thread-safe: guarded by the lock of {@link Seats}.
 */
final class PriorityLevel {
    /** What a request is taken to cost until it is known. */
    private static final double EXPECTED_SECONDS = 0.003;

    private final List<Queue> queues = new ArrayList<>();
    private LevelConfig config;
    private int nominal;
    private int least;
    private int most;
    private int executing;
    private int waiting;
    private double virtualTime;

    /** Requests that wait for each other. */
    private static final class Queue {
        private final Deque<Waiter> waiters = new ArrayDeque<>();
        private double start;
        private int seats;
    }

    /** A request that waits. */
    static final class Waiter {
        private final long flow;
        private final int seats;
        private final CountDownLatch started = new CountDownLatch(1);
        private Queue queue;
        private boolean running;

        private Waiter(long flow, int seats, Queue queue) {
            this.flow = flow;
            this.seats = seats;
            this.queue = queue;
        }

        CountDownLatch started() {
            return started;
        }
    }

    PriorityLevel(LevelConfig config) {
        this.config = config;
        reshape();
    }

    LevelConfig config() {
        return config;
    }

    /** @param total seats of all levels, of which this one has its share */
    void configure(LevelConfig to, int total, int allShares) {
        boolean sameQueues = to.queues() == config.queues() && to.handSize() == config.handSize();
        config = to;
        nominal = (int) Math.ceil((double) total * to.shares() / Math.max(1, allShares));
        least = nominal - (int) Math.round(nominal * to.lendablePercent() / 100.0);
        most = to.borrowingLimitPercent() < 0
                ? total
                : nominal + (int) Math.round(nominal * to.borrowingLimitPercent() / 100.0);
        if (!sameQueues) {
            reshape();
        }
    }

    private void reshape() {
        List<Waiter> all =
                queues.stream().flatMap(queue -> queue.waiters.stream()).toList();
        queues.clear();
        for (int i = 0; i < Math.max(1, config.queues()); i++) {
            queues.add(new Queue());
        }
        for (Waiter waiter : all) {
            waiter.queue = shortest(waiter.flow);
            waiter.queue.waiters.addLast(waiter);
            waiter.queue.seats += waiter.seats;
        }
    }

    int nominal() {
        return nominal;
    }

    int executing() {
        return executing;
    }

    int waiting() {
        return waiting;
    }

    /** Seats that are kept for this level though it does not use them. */
    int reserve() {
        return Math.max(0, least - executing);
    }

    /** A request never needs more seats than the level can have. */
    int fit(int seats) {
        return Math.clamp(seats, 1, Math.max(1, nominal));
    }

    /**
     * Whether so many more seats may be taken.
     *
     * @param free seats that no level uses nor keeps, this one's own reserve included
     */
    boolean hasRoom(int seats, int free) {
        return executing + seats <= least || (executing + seats <= most && seats <= free) || executing == 0;
    }

    void begin(int seats) {
        executing += seats;
    }

    void end(int seats) {
        executing -= seats;
    }

    /** Puts a request into the shortest queue of its flow's hand; empty if that one is full. */
    Optional<Waiter> enqueue(long flow, int seats) {
        Queue queue = shortest(flow);
        if (queue.waiters.size() >= config.queueLength()) {
            return Optional.empty();
        }
        if (queue.waiters.isEmpty()) {
            queue.start = Math.max(queue.start, virtualTime);
        }
        Waiter waiter = new Waiter(flow, seats, queue);
        queue.waiters.addLast(waiter);
        queue.seats += seats;
        waiting++;
        return Optional.of(waiter);
    }

    private Queue shortest(long flow) {
        List<Integer> hand = deal(flow, queues.size(), Math.max(1, Math.min(config.handSize(), queues.size())));
        Queue best = queues.get(hand.getFirst());
        for (int each : hand) {
            if (queues.get(each).seats < best.seats) {
                best = queues.get(each);
            }
        }
        return best;
    }

    /** Shuffle sharding: so many different cards of the deck, the same ones for the same flow. */
    static List<Integer> deal(long flow, int deck, int hand) {
        List<Integer> cards = new ArrayList<>(hand);
        long rest = flow & Long.MAX_VALUE;
        for (int i = 0; i < hand; i++) {
            int card = (int) (rest % (deck - i));
            rest /= deck - i;
            for (int dealt : cards.stream().sorted().toList()) {
                if (card >= dealt) {
                    card++;
                }
            }
            cards.add(card);
        }
        return cards;
    }

    /** Seats that the next request wants; 0 if none waits. */
    int next() {
        return waiting == 0 ? 0 : furthestBehind().waiters.getFirst().seats;
    }

    /** Starts the next request. */
    void startNext() {
        Queue queue = furthestBehind();
        Waiter waiter = queue.waiters.removeFirst();
        queue.seats -= waiter.seats;
        virtualTime = queue.start;
        queue.start += waiter.seats * EXPECTED_SECONDS;
        waiting--;
        executing += waiter.seats;
        waiter.running = true;
        waiter.started.countDown();
    }

    private Queue furthestBehind() {
        Queue best = queues.getFirst();
        double finish = Double.POSITIVE_INFINITY;
        for (Queue queue : queues) {
            if (!queue.waiters.isEmpty()) {
                double candidate = queue.start + queue.waiters.getFirst().seats * EXPECTED_SECONDS;
                if (candidate < finish) {
                    best = queue;
                    finish = candidate;
                }
            }
        }
        return best;
    }

    /** The queue pays what the request has cost in fact. */
    void settle(Waiter waiter, double seconds) {
        waiter.queue.start += waiter.seats * (seconds - EXPECTED_SECONDS);
    }

    /** Gives up waiting; false if the request has been started meanwhile. */
    boolean leave(Waiter waiter) {
        if (waiter.running) {
            return false;
        }
        waiter.queue.waiters.remove(waiter);
        waiter.queue.seats -= waiter.seats;
        waiting--;
        return true;
    }
}
