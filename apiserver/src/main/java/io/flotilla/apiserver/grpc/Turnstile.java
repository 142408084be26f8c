package io.flotilla.apiserver.grpc;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.flowcontrol.Admission;
import io.flotilla.apiserver.flowcontrol.OverloadException;
import io.flotilla.apiserver.flowcontrol.Ticket;
import io.flotilla.apiserver.flowcontrol.Weights;
import io.flotilla.apiserver.metrics.RequestMetrics;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.util.List;
import java.util.function.Supplier;

/** Lets calls of components in as requests of other clients are let in: admitted by priority and fairness, and counted. */
public final class Turnstile {
    private final Admission admission;
    private final Weights weights;
    private final RequestMetrics metrics;

    public Turnstile(Admission admission, Weights weights, RequestMetrics metrics) {
        this.admission = admission;
        this.weights = weights;
        this.metrics = metrics;
    }

    /** Does the work when the call is admitted. */
    <T> T pass(User user, Attributes asked, Supplier<T> work) {
        RequestMetrics.Running running = metrics.begin(asked, false, false, false);
        int code = 500;
        try {
            T result = admitted(user, asked, work);
            code = asked.verb().equals("create") ? 201 : 200;
            return result;
        } catch (StatusException e) {
            code = e.code();
            throw e;
        } finally {
            running.end(code, 0);
        }
    }

    /** Opens a watch when it is admitted; the caller ends what is counted. */
    <T> T admitted(User user, Attributes asked, Supplier<T> work) {
        try (Ticket _ = admission.admit(user, asked, weights.of(asked))) {
            return work.get();
        } catch (OverloadException e) {
            throw StatusException.tooManyRequests(
                    String.valueOf(e.getMessage()), List.of(), OverloadException.RETRY_AFTER_SECONDS);
        }
    }

    /** A watch has begun. */
    WatchCall.Count watching(Attributes asked) {
        return new WatchCall.Count(
                metrics.begin(asked, false, false, true), metrics.watchEvents(asked), metrics.watchEventSizes(asked));
    }

    /** A watch has sent what there was when it began. */
    void listed(Attributes asked, long nanos) {
        metrics.listed(asked, nanos);
    }
}
