package io.flotilla.controllermanager.controller;

import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.event.EventRecorder;
import java.time.Clock;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What a controller is built from.
 *
 * @param client fenced by the leadership under which the controller runs
 * @param caches shared by all, filled
 * @param events returns the recorder of a component name, such as {@code replicaset-controller}
 * @param clock for the times written into objects
 * @param nanoTime monotonic, for elapsed time
 * @param settings what the flags say
 */
public record ControllerContext(
        ApiClient client,
        Caches caches,
        Function<String, EventRecorder> events,
        Clock clock,
        LongSupplier nanoTime,
        ControllerSettings settings) {}
