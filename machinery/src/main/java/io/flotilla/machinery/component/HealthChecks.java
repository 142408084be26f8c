package io.flotilla.machinery.component;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The named checks behind {@code /healthz}, {@code /livez} and {@code /readyz}, which are run and told in the order in
 * which they were added. Safe from any thread.
 */
public final class HealthChecks {
    private static final String READYZ = "readyz";

    private final List<Check> checks = new CopyOnWriteArrayList<>();

    private record Check(String name, boolean live, Supplier<Optional<String>> problem) {
        boolean belongsTo(String endpoint) {
            return live || endpoint.equals(READYZ);
        }

        Outcome run() {
            return new Outcome(name, false, problem.get());
        }
    }

    public HealthChecks() {
        live("ping", Optional::empty);
    }

    /** Adds a check that must hold at all endpoints; the supplier returns what is wrong, if anything. */
    public HealthChecks live(String name, Supplier<Optional<String>> check) {
        checks.add(new Check(name, true, check));
        return this;
    }

    /** Adds a check that must hold before the component is ready. */
    public HealthChecks ready(String name, Supplier<Optional<String>> check) {
        checks.add(new Check(name, false, check));
        return this;
    }

    /**
     * What a check said.
     *
     * @param excluded it was not run, because the request said so
     * @param problem what is wrong, if anything
     */
    public record Outcome(String name, boolean excluded, Optional<String> problem) {
        private String line() {
            if (excluded) {
                return "[+]" + name + " excluded: ok\n";
            }
            return problem.isEmpty() ? "[+]" + name + " ok\n" : "[-]" + name + " failed: reason withheld\n";
        }
    }

    /**
     * The outcome of all checks of an endpoint, in order.
     *
     * @param unmatched what was to be excluded though there is no such check, sorted
     */
    public record Report(String endpoint, List<Outcome> outcomes, List<String> unmatched) {
        public boolean ok() {
            return outcomes.stream().allMatch(outcome -> outcome.problem().isEmpty());
        }

        /** Returns the lines that Kubernetes prints for {@code ?verbose} and for a failure; they give no reasons. */
        public String text() {
            StringBuilder lines = new StringBuilder();
            outcomes.forEach(outcome -> lines.append(outcome.line()));
            if (!unmatched.isEmpty()) {
                lines.append("warn: some health checks cannot be excluded: no matches for \"")
                        .append(String.join("\",\"", unmatched))
                        .append("\"\n");
            }
            return lines.append(endpoint)
                    .append(ok() ? " check passed\n" : " check failed\n")
                    .toString();
        }
    }

    /**
     * Runs the checks of an endpoint.
     *
     * @param endpoint {@code healthz}, {@code livez} or {@code readyz}
     * @param excluded names of checks that are not to be run
     */
    public Report run(String endpoint, Collection<String> excluded) {
        TreeSet<String> unmatched = new TreeSet<>(excluded);
        List<Outcome> outcomes = new ArrayList<>();
        for (Check check : checks) {
            if (check.belongsTo(endpoint)) {
                boolean left = excluded.contains(check.name());
                unmatched.remove(check.name());
                outcomes.add(left ? new Outcome(check.name(), true, Optional.empty()) : check.run());
            }
        }
        return new Report(endpoint, List.copyOf(outcomes), List.copyOf(unmatched));
    }

    /** Runs one check of an endpoint; empty if it has none of this name. */
    public Optional<Outcome> runOne(String endpoint, String name) {
        return checks.stream()
                .filter(check -> check.belongsTo(endpoint) && check.name().equals(name))
                .findFirst()
                .map(Check::run);
    }
}
