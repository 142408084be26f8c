package io.flotilla.deploy.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.deploy.probe.HttpProbe;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Reads the Lease objects by which schedulers and controller managers elect their leaders. */
final class Leases {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpProbe probe;
    private final List<String> servers;

    /** @param servers addresses that may answer, tried in order */
    Leases(HttpProbe probe, List<String> servers) {
        this.probe = probe;
        this.servers = servers;
    }

    record Lease(String holder, long transitions) {}

    Optional<Lease> read(String name) {
        for (var server : servers) {
            try {
                var lease = JSON.readTree(probe.get(URI.create(
                        "https://" + server + "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/" + name)));
                var spec = lease.path("spec");
                return Optional.of(new Lease(
                        spec.path("holderIdentity").asText(""),
                        spec.path("leaseTransitions").asLong()));
            } catch (FileNotFoundException e) {
                return Optional.empty();
            } catch (IOException unreachable) {
                // The next one may answer.
            }
        }
        return Optional.empty();
    }
}
