package io.flotilla.apiserver.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a PriorityLevelConfiguration says.
 *
 * @param exempt whether its requests are never held up
 * @param shares its part of all seats
 * @param lendablePercent part of its seats that other levels may use while it does not
 * @param borrowingLimitPercent most that it may borrow, in parts of its own seats; negative for no limit
 * @param queues number of queues; 0 if what finds no seat is refused
 * @param handSize queues among which one flow's requests are spread
 * @param queueLength requests that one queue holds
 */
record LevelConfig(
        String name,
        String uid,
        boolean exempt,
        int shares,
        int lendablePercent,
        int borrowingLimitPercent,
        int queues,
        int handSize,
        int queueLength) {

    static final LevelConfig EXEMPT = new LevelConfig("exempt", "", true, 0, 0, -1, 0, 0, 0);
    static final LevelConfig CATCH_ALL = new LevelConfig("catch-all", "", false, 5, 0, -1, 0, 0, 0);

    static LevelConfig of(JsonNode object) {
        JsonNode spec = object.path("spec");
        boolean exempt = spec.path("type").asText("").equals("Exempt");
        JsonNode limits = spec.path(exempt ? "exempt" : "limited");
        JsonNode response = limits.path("limitResponse");
        boolean queued = response.path("type").asText("").equals("Queue");
        JsonNode queuing = response.path("queuing");
        int queues = queued ? Math.max(1, queuing.path("queues").asInt(64)) : 0;
        return new LevelConfig(
                object.path("metadata").path("name").asText(""),
                object.path("metadata").path("uid").asText(""),
                exempt,
                limits.path("nominalConcurrencyShares").asInt(exempt ? 0 : 30),
                limits.path("lendablePercent").asInt(0),
                limits.path("borrowingLimitPercent").asInt(-1),
                queues,
                Math.clamp(queuing.path("handSize").asInt(8), 1, Math.max(1, queues)),
                queuing.path("queueLengthLimit").asInt(50));
    }
}
