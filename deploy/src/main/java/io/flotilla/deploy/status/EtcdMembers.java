package io.flotilla.deploy.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.deploy.probe.HttpProbe;
import java.io.IOException;
import java.net.URI;

/** Asks an etcd member for its view of the Raft group, through the JSON gateway of its client port. */
final class EtcdMembers {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpProbe probe;

    EtcdMembers(HttpProbe probe) {
        this.probe = probe;
    }

    Leadership ask(String address) {
        try {
            var status = JSON.readTree(probe.post(URI.create("https://" + address + "/v3/maintenance/status"), "{}"));
            // The gateway prints 64-bit numbers as strings, and leaves out zeros.
            var member = status.path("header").path("member_id").asText("");
            var leader = status.path("leader").asText("");
            return leader.isEmpty()
                    ? Leadership.NONE
                    : Leadership.of(
                            member.equals(leader),
                            "follower",
                            status.path("raftTerm").asLong());
        } catch (IOException e) {
            return Leadership.NONE;
        }
    }
}
