package io.flotilla.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.schema.Times;
import java.time.Duration;
import java.time.Instant;

/** Times as people read them: how long ago. */
record Ages(Instant now) {
    static final String UNKNOWN = "<unknown>";

    /** How long ago a Time or MicroTime was. */
    String since(JsonNode time) {
        String text = time.asText("");
        return text.isEmpty() || text.equals("null") ? UNKNOWN : human(Duration.between(Times.parse(text), now));
    }

    String age(JsonNode object) {
        return since(object.path("metadata").path("creationTimestamp"));
    }

    /** A duration with at most two units; clocks may differ by a second. */
    static String human(Duration duration) {
        long seconds = duration.toSeconds();
        if (duration.isNegative() && duration.toMillis() <= -2000) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return minutes + "m" + rest(seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return hours + "h" + rest(minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        long days = hours / 24;
        if (hours < 24 * 8) {
            return days + "d" + rest(hours % 24, "h");
        }
        if (hours < 24 * 365 * 2) {
            return days + "d";
        }
        long years = days / 365;
        return hours < 24 * 365 * 8 ? years + "y" + rest(days % 365, "d") : years + "y";
    }

    private static String rest(long amount, String unit) {
        return amount == 0 ? "" : amount + unit;
    }
}
