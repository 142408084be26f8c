package io.flotilla.machinery.component;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** The named checks behind {@code /livez} and {@code /readyz}. Safe from any thread. */
public final class HealthChecks {
    private final ConcurrentMap<String, Supplier<Optional<String>>> live = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Supplier<Optional<String>>> ready = new ConcurrentHashMap<>();

    /** Adds a check that must hold from the start; the supplier returns what is wrong, if anything. */
    public HealthChecks live(String name, Supplier<Optional<String>> check) {
        live.put(name, check);
        return this;
    }

    /** Adds a check that must hold before the component is ready. */
    public HealthChecks ready(String name, Supplier<Optional<String>> check) {
        ready.put(name, check);
        return this;
    }

    /** The outcome of all checks, by name. */
    public record Report(Map<String, Optional<String>> checks) {
        public boolean ok() {
            return checks.values().stream().allMatch(Optional::isEmpty);
        }

        /** Returns the lines that Kubernetes prints for {@code ?verbose} and for a failure. */
        public String text(String endpoint) {
            StringBuilder lines = new StringBuilder();
            checks.forEach((name, problem) -> lines.append(problem.isEmpty() ? "[+]" : "[-]")
                    .append(name)
                    .append(problem.map(reason -> " failed: " + reason).orElse(" ok"))
                    .append('\n'));
            return lines.append(endpoint)
                    .append(ok() ? " check passed\n" : " check failed\n")
                    .toString();
        }
    }

    public Report livez() {
        return run(Map.of(), live);
    }

    public Report readyz() {
        return run(live, ready);
    }

    private static Report run(
            Map<String, Supplier<Optional<String>>> first, Map<String, Supplier<Optional<String>>> second) {
        Map<String, Optional<String>> outcome = new LinkedHashMap<>();
        outcome.put("ping", Optional.empty());
        first.forEach((name, check) -> outcome.put(name, check.get()));
        second.forEach((name, check) -> outcome.put(name, check.get()));
        return new Report(outcome);
    }
}
