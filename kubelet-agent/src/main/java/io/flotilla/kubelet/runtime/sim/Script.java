package io.flotilla.kubelet.runtime.sim;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.machinery.object.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a pod's annotations say about one of its containers; read anew each time rather than kept. */
record Script(Map<String, String> annotations, String container) {

    private static final String PREFIX = "sim.flotilla.io/";
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|ms|s|m|h|)");
    private static final Duration CRASH_AFTER = Duration.ofMillis(100);

    private Optional<String> get(String name) {
        String own = annotations.get(PREFIX + name + "." + container);
        return own != null ? Optional.of(own) : Optional.ofNullable(annotations.get(PREFIX + name));
    }

    Duration pullDelay() {
        return duration("pull-delay").orElse(Duration.ZERO);
    }

    Optional<String> pullError() {
        return get("pull-error");
    }

    Duration startDelay() {
        return duration("start-delay").orElse(Duration.ZERO);
    }

    Optional<String> startError() {
        return get("start-error");
    }

    /** Returns after which time an attempt ends by itself. */
    Optional<Duration> runFor(int attempt) {
        return crashes(attempt)
                ? Optional.of(duration("run-for").orElse(CRASH_AFTER))
                : loops() ? Optional.empty() : duration("run-for");
    }

    int exitCode(int attempt) {
        return get("exit-code").map(value -> number("exit-code", value)).orElse(crashes(attempt) ? 1 : 0);
    }

    boolean outOfMemory() {
        return get("oom").filter("true"::equals).isPresent();
    }

    private boolean loops() {
        return get("crash-loop").filter(value -> !value.equals("false")).isPresent();
    }

    private boolean crashes(int attempt) {
        return get("crash-loop")
                .filter(value -> !value.equals("false"))
                .filter(value -> value.equals("true") || attempt < number("crash-loop", value))
                .isPresent();
    }

    Duration stopDelay() {
        return duration("stop-delay").orElse(Duration.ZERO);
    }

    List<String> logLines() {
        return get("log-lines").map(text -> List.of(text.split("\\|", -1))).orElse(List.of());
    }

    Optional<Duration> logInterval() {
        return duration("log-interval").filter(interval -> interval.isPositive());
    }

    /** Returns whether the probe of this number (from 0) succeeds. */
    boolean probeSucceeds(int number) {
        return get("probe-results")
                .map(text -> text.split(",", -1))
                .map(results ->
                        results[Math.min(number, results.length - 1)].strip().equals("ok"))
                .orElse(true);
    }

    Optional<String> execOutput() {
        return get("exec-output");
    }

    int execExitCode() {
        return get("exec-exit-code")
                .map(value -> number("exec-exit-code", value))
                .orElse(0);
    }

    /** Returns the cores that the container uses while it runs. */
    BigDecimal cpu() {
        return quantity("cpu");
    }

    /** Returns the bytes that the container uses while it runs. */
    BigDecimal memory() {
        return quantity("memory");
    }

    private BigDecimal quantity(String name) {
        Optional<String> value = get(name);
        try {
            return value.map(Quantity::parse).orElse(Quantity.ZERO).amount();
        } catch (IllegalArgumentException e) {
            throw invalid(name, value.orElse(""), e);
        }
    }

    private static int number(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw invalid(name, value, e);
        }
    }

    private Optional<Duration> duration(String name) {
        return get(name).map(value -> duration(name, value));
    }

    private static Duration duration(String name, String value) {
        var part = PART.matcher(value);
        double nanos = 0;
        int at = 0;
        while (at < value.length() && part.find(at) && part.start() == at) {
            nanos += Double.parseDouble(part.group(1))
                    * switch (part.group(2)) {
                        case "ns" -> 1;
                        case "us" -> 1e3;
                        case "ms" -> 1e6;
                        case "m" -> 60e9;
                        case "h" -> 3600e9;
                        default -> 1e9;
                    };
            at = part.end();
        }
        if (at == 0 || at < value.length()) {
            throw invalid(name, value, null);
        }
        return Duration.ofNanos((long) nanos);
    }

    private static RuntimeFault invalid(String name, String value, @org.jspecify.annotations.Nullable Throwable cause) {
        String message = "annotation " + PREFIX + name + ": \"" + value + "\" is not what it should be";
        return cause == null ? new RuntimeFault(Kind.INVALID, message) : new RuntimeFault(Kind.INVALID, message, cause);
    }
}
