package io.flotilla.apiserver.registry.batch;

import io.flotilla.apiserver.request.Quoting;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The notation of cron: five fields, or a descriptor such as {@code @daily}. Tells what is wrong with a schedule. */
final class CronSchedule {
    private static final Set<String> DESCRIPTORS =
            Set.of("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    private CronSchedule() {}

    /** Returns what is wrong, nothing for a good schedule. */
    static String findError(String schedule) {
        String spec = schedule;
        if (spec.startsWith("TZ=") || spec.startsWith("CRON_TZ=")) {
            spec = spec.substring(spec.indexOf(' ') + 1).strip();
        }
        if (spec.startsWith("@")) {
            if (DESCRIPTORS.contains(spec)) {
                return "";
            }
            if (spec.startsWith("@every ")) {
                String duration = spec.substring("@every ".length());
                return duration.matches("(\\d+(\\.\\d+)?(ns|us|µs|ms|s|m|h))+")
                        ? ""
                        : "failed to parse duration " + spec + ": time: invalid duration " + Quoting.quote(duration);
            }
            return "unrecognized descriptor: " + spec;
        }
        String[] fields = spec.strip().split("\\s+");
        if (fields.length != 5) {
            return "expected exactly 5 fields, found " + fields.length + ": [" + String.join(" ", fields) + "]";
        }
        List<Bounds> bounds = List.of(
                new Bounds(0, 59, List.of(), 0),
                new Bounds(0, 23, List.of(), 0),
                new Bounds(1, 31, List.of(), 0),
                new Bounds(1, 12, MONTHS, 1),
                new Bounds(0, 6, DAYS, 0));
        for (int i = 0; i < fields.length; i++) {
            for (String range : fields[i].split(",")) {
                String wrong = bounds.get(i).check(range);
                if (!wrong.isEmpty()) {
                    return wrong;
                }
            }
        }
        return "";
    }

    private record Bounds(int min, int max, List<String> names, int firstName) {
        String check(String range) {
            String[] steps = range.split("/", -1);
            if (steps.length > 2) {
                return "too many slashes: " + range;
            }
            String[] ends = steps[0].split("-", -1);
            if (ends.length > 2) {
                return "too many hyphens: " + range;
            }
            int start = min;
            int end = max;
            if (!ends[0].equals("*") && !ends[0].equals("?")) {
                start = number(ends[0]);
                end = ends.length == 2 ? number(ends[1]) : start;
                for (String each : ends) {
                    if (number(each) < 0) {
                        return "failed to parse int from " + each + ": strconv.Atoi: parsing " + Quoting.quote(each)
                                + ": invalid syntax";
                    }
                }
            }
            if (steps.length == 2) {
                int step = number(steps[1]);
                if (step < 0) {
                    return "failed to parse int from " + steps[1] + ": strconv.Atoi: parsing " + Quoting.quote(steps[1])
                            + ": invalid syntax";
                }
                if (step == 0) {
                    return "step of range should be a positive number: " + range;
                }
                end = ends.length == 1 ? max : end;
            }
            if (start < min) {
                return "beginning of range (" + start + ") below minimum (" + min + "): " + range;
            }
            if (end > max) {
                return "end of range (" + end + ") above maximum (" + max + "): " + range;
            }
            if (start > end) {
                return "beginning of range (" + start + ") beyond end of range (" + end + "): " + range;
            }
            return "";
        }

        private int number(String text) {
            int name = names.indexOf(text.toLowerCase(Locale.ROOT));
            if (name >= 0) {
                return name + firstName;
            }
            boolean digits =
                    !text.isEmpty() && text.length() < 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
            return digits ? Integer.parseInt(text) : -1;
        }
    }
}
