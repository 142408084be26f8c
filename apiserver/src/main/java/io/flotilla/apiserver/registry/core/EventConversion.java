package io.flotilla.apiserver.registry.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Conversion;
import java.util.List;

/** Events of events.k8s.io/v1, stored as those of the core group: the same fields under other names. */
public final class EventConversion implements Conversion {
    private static final String GROUP = "events.k8s.io/";

    /** A field's name in the core group, and in events.k8s.io. */
    private record Names(String core, String events) {}

    private static final List<Names> RENAMED = List.of(
            new Names("involvedObject", "regarding"),
            new Names("message", "note"),
            new Names("reportingComponent", "reportingController"),
            new Names("source", "deprecatedSource"),
            new Names("firstTimestamp", "deprecatedFirstTimestamp"),
            new Names("lastTimestamp", "deprecatedLastTimestamp"),
            new Names("count", "deprecatedCount"));

    @Override
    public void toStorage(ObjectNode object, String fromVersion) {
        if (fromVersion.startsWith(GROUP)) {
            RENAMED.forEach(each -> rename(object, each.events(), each.core()));
        }
    }

    @Override
    public void fromStorage(ObjectNode object, String toVersion) {
        if (toVersion.startsWith(GROUP)) {
            RENAMED.forEach(each -> rename(object, each.core(), each.events()));
        }
    }

    private static void rename(ObjectNode object, String from, String to) {
        JsonNode value = object.remove(from);
        if (value != null) {
            object.set(to, value);
        }
    }
}
