package io.flotilla.scheduler.cycle;

import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The client that writes under the present leadership; without one, writes fail before they are sent. */
public final class LeaderClient implements Supplier<ApiClient> {
    private volatile @Nullable ApiClient current;

    void lead(ApiClient fenced) {
        current = fenced;
    }

    void end() {
        current = null;
    }

    @Override
    public ApiClient get() {
        ApiClient client = current;
        if (client == null) {
            throw new ApiException.Unanswered("this scheduler does not lead", null);
        }
        return client;
    }
}
