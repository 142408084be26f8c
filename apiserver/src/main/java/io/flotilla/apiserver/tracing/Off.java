package io.flotilla.apiserver.tracing;

import java.time.Instant;
import java.util.concurrent.Callable;

/** Tracing that is off. */
final class Off implements Tracing {
    private static final Request UNTOLD = new Request() {
        @Override
        public void end(int code, long bytes) {}

        @Override
        public void close() {}
    };

    @Override
    public boolean isOn() {
        return false;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH;
    }

    @Override
    public Request begin(Incoming incoming) {
        return UNTOLD;
    }

    @Override
    public Work start(String name) {
        return UNTOLD;
    }

    @Override
    public Work start(String name, String attribute, String value) {
        return UNTOLD;
    }

    @Override
    public String traceparent() {
        return "";
    }

    @Override
    public <T> Callable<T> carried(Callable<T> work) {
        return work;
    }

    @Override
    public void failed(RuntimeException failure) {}

    @Override
    public void close() {}
}
