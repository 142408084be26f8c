package io.flotilla.apiserver.usage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.node.AgentAddress;
import io.flotilla.apiserver.node.NodeAgents;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.proto.node.NodeGrpc;
import io.flotilla.proto.node.UsageRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the agents of nodes for what is used there. Safe from any thread. */
public final class Scraper {
    private static final Logger LOG = LoggerFactory.getLogger(Scraper.class);
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration FIRST_WINDOW = Duration.ofSeconds(1);

    private final NodeAgents agents;
    private final Map<String, NodeSampler> samplers = new ConcurrentHashMap<>();

    public Scraper(NodeAgents agents) {
        this.agents = agents;
    }

    /** Two samples of each node that answers, by its name. Blocks until all have, or have had their time. */
    Map<String, Samples> samples(Collection<CachedObject> nodes) {
        samplers.values().removeIf(NodeSampler::isForgotten);
        Map<String, Samples> found = new ConcurrentHashMap<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("usage-", 0).factory())) {
            for (CachedObject node : nodes) {
                threads.execute(() -> samples(node).ifPresent(samples -> found.put(node.name(), samples)));
            }
        }
        return found;
    }

    private Optional<Samples> samples(CachedObject node) {
        NodeSampler sampler = samplers.computeIfAbsent(
                node.name(), _ -> new NodeSampler(System::nanoTime, () -> Thread.sleep(FIRST_WINDOW)));
        try {
            return sampler.samples(() -> ask(StoredForm.parse(node)));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<Sample> ask(ObjectNode node) {
        try {
            return Optional.of(Sample.of(
                    NodeGrpc.newBlockingStub(agents.at(AgentAddress.of(node)).getChannel())
                            .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .usage(UsageRequest.getDefaultInstance())));
        } catch (StatusRuntimeException | StatusException e) {
            LOG.info(
                    "{} does not say what it uses: {}",
                    node.path("metadata").path("name").asText(),
                    e.getMessage());
            return Optional.empty();
        }
    }
}
