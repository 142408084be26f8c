package io.flotilla.machinery.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.Quantity;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Objects that are counted and no more.
 *
 * @param name entry that counts them
 * @param alias former name of the entry, empty for none
 */
record CountUsage(String name, String alias) implements QuotaUsage {
    static final String PREFIX = "count/";
    private static final Set<String> FORMER =
            Set.of("configmaps", "secrets", "replicationcontrollers", "resourcequotas");

    /** Returns the resource that an entry of this form counts. */
    static Optional<Counted> counted(String entry) {
        if (FORMER.contains(entry)) {
            return Optional.of(new Counted("", entry));
        }
        if (!entry.startsWith(PREFIX) || entry.length() == PREFIX.length()) {
            return Optional.empty();
        }
        String name = entry.substring(PREFIX.length());
        int dot = name.indexOf('.');
        return Optional.of(
                dot < 0 ? new Counted("", name) : new Counted(name.substring(dot + 1), name.substring(0, dot)));
    }

    @Override
    public boolean handlesUpdate(JsonNode object, JsonNode old) {
        return false;
    }

    @Override
    public boolean measures(String entry) {
        return entry.equals(name) || entry.equals(alias);
    }

    @Override
    public Map<String, Quantity> amounts(JsonNode object, Instant now) {
        Quantity one = Quantity.of(1);
        return alias.isEmpty() ? Map.of(name, one) : Map.of(name, one, alias, one);
    }
}
