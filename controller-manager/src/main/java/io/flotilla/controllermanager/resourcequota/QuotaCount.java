package io.flotilla.controllermanager.resourcequota;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.Quantity;
import io.flotilla.machinery.quota.QuotaScope;
import io.flotilla.machinery.quota.QuotaUsage;
import io.flotilla.machinery.quota.QuotaUsage.Counted;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The sums of a quota. */
final class QuotaCount {
    private final JsonNode quota;
    private final Map<String, Quantity> hard;
    private final Map<String, Quantity> before;
    private final Map<String, Quantity> used;

    /** Begins with what the quota says to be used; what it does not limit any more is left out. */
    QuotaCount(JsonNode quota) {
        this.quota = quota;
        this.hard = amounts(quota.path("spec").path("hard"));
        this.before = amounts(quota.path("status").path("used"));
        this.used = new TreeMap<>(before);
        used.keySet().retainAll(hard.keySet());
    }

    private static Map<String, Quantity> amounts(JsonNode list) {
        Map<String, Quantity> amounts = new TreeMap<>();
        list.properties().forEach(each -> amounts.put(each.getKey(), Quantity.read(each.getValue())));
        return amounts;
    }

    /** Returns the resources that the quota counts. */
    Set<Counted> resources() {
        return hard.keySet().stream()
                .map(QuotaUsage::counted)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }

    /** Counts these, all objects of the resource in the quota's namespace, in place of what was counted before. */
    void count(Counted resource, List<JsonNode> objects, Instant now) {
        QuotaUsage usage = resource.usage();
        List<QuotaScope> scopes = QuotaScope.of(quota);
        hard.keySet().stream().filter(usage::measures).forEach(entry -> used.put(entry, Quantity.ZERO));
        for (JsonNode object : objects) {
            if (usage.isIn(scopes, object)) {
                usage.amounts(object, now)
                        .forEach((entry, amount) -> used.computeIfPresent(entry, (_, sum) -> sum.plus(amount)));
            }
        }
    }

    /** Takes nothing back of what the quota said to be used; says whether there was anything to take back. */
    boolean keepCharges() {
        boolean kept = false;
        for (Map.Entry<String, Quantity> each : used.entrySet()) {
            Quantity charged = before.getOrDefault(each.getKey(), Quantity.ZERO);
            if (charged.compareTo(each.getValue()) > 0) {
                each.setValue(charged);
                kept = true;
            }
        }
        return kept;
    }

    /** Returns the sums by entry; what could not be counted is as it was, or absent. */
    Map<String, Quantity> used() {
        return used;
    }

    /** Says whether the quota's status tells anything else. */
    boolean isNews() {
        JsonNode status = quota.path("status");
        return !hard.equals(amounts(status.path("hard"))) || !used.equals(amounts(status.path("used")));
    }
}
