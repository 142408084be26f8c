package io.flotilla.apiserver.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The members of etcd that were named, each asked by itself. */
public final class EtcdMembers {
    private EtcdMembers() {}

    /**
     * Asks all at once, over connections of their own.
     *
     * @return what is wrong, by {@code etcd-} and the place of the member among those named; empty where nothing is
     */
    public static Map<String, Optional<String>> troubles(EtcdConfig config) {
        List<Future<Optional<String>>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("etcd-member-", 0).factory())) {
            config.servers()
                    .forEach(each -> answers.add(threads.submit(() -> trouble(
                            new EtcdConfig(List.of(each), config.caFile(), config.certFile(), config.keyFile())))));
        }
        Map<String, Optional<String>> troubles = new TreeMap<>();
        for (int i = 0; i < answers.size(); i++) {
            troubles.put("etcd-" + i, result(answers.get(i)));
        }
        return troubles;
    }

    private static Optional<String> trouble(EtcdConfig member) {
        try (EtcdStore store = EtcdStore.open(member)) {
            store.ping();
            return Optional.empty();
        } catch (StorageException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> result(Future<Optional<String>> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause().getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
