package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.request.User;
import java.util.function.Consumer;

/**
 * Who asks.
 *
 * @param agent the client program as it names itself, up to the first slash; owns fields where no manager is named
 * @param warn tells the client something it should know though the request succeeds
 */
public record Caller(User user, String agent, Consumer<String> warn) {}
