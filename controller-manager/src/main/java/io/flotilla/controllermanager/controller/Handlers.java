package io.flotilla.controllermanager.controller;

import io.flotilla.machinery.informer.EventHandler;
import java.util.function.Consumer;

/** Event handlers of the common shapes. */
public final class Handlers {
    private Handlers() {}

    /** Calls with the newest known state, whatever happened. */
    public static <T> EventHandler<T> onAny(Consumer<T> action) {
        return new EventHandler<>() {
            @Override
            public void onAdd(T object) {
                action.accept(object);
            }

            @Override
            public void onUpdate(T before, T now) {
                action.accept(now);
            }

            @Override
            public void onDelete(T last) {
                action.accept(last);
            }
        };
    }

    /** Calls when an object has gone. */
    public static <T> EventHandler<T> onDelete(Consumer<T> action) {
        return new EventHandler<>() {
            @Override
            public void onAdd(T object) {}

            @Override
            public void onUpdate(T before, T now) {}

            @Override
            public void onDelete(T last) {
                action.accept(last);
            }
        };
    }
}
