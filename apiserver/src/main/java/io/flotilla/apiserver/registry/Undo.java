package io.flotilla.apiserver.registry;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was claimed for a write, to be given back in reverse order if it does not happen. */
final class Undo implements Runnable {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    void add(Runnable step) {
        steps.push(step);
    }

    @Override
    public void run() {
        while (!steps.isEmpty()) {
            steps.pop().run();
        }
    }
}
