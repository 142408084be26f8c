package io.flotilla.deploy.status;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One process as {@code status} shows it.
 *
 * @param node the node it belongs to, empty for the control plane
 * @param pid 0 where it does not run
 * @param role leader or follower, leader or standby, active, or empty where its kind has no roles or it does not serve
 * @param leader whether it leads its kind
 * @param ready whether it said just now that it can do its work
 * @param state running, paused, stopped, waiting, back-off or dead
 * @param term of its leadership: the Raft term of etcd, the transitions of a lease; 0 where it leads nothing
 * @param memory resident, in bytes
 * @param lastExit how it ended last, empty where it never did
 */
@JsonPropertyOrder({
    "name",
    "kind",
    "node",
    "pid",
    "address",
    "role",
    "leader",
    "ready",
    "state",
    "term",
    "memory",
    "restarts",
    "lastExit"
})
public record ProcessStatus(
        String name,
        String kind,
        String node,
        long pid,
        String address,
        String role,
        boolean leader,
        boolean ready,
        String state,
        long term,
        long memory,
        int restarts,
        String lastExit) {}
