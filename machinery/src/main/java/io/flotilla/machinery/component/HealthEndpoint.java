package io.flotilla.machinery.component;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code /healthz}, {@code /livez} and {@code /readyz}, and below them for each check alone. */
public final class HealthEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(HealthEndpoint.class);
    private static final int OK = 200;
    private static final int FAILED = 500;

    private HealthEndpoint() {}

    /**
     * What is to be sent, as plain text.
     *
     * @param ran the checks that were run for it
     */
    public record Reply(int code, String text, List<HealthChecks.Outcome> ran) {}

    /** Whether a path belongs to one of the endpoints. */
    public static boolean serves(String path) {
        return switch (endpoint(path)) {
            case "healthz", "livez", "readyz" -> true;
            default -> false;
        };
    }

    /** The name of the endpoint that a path belongs to, such as {@code readyz}. */
    public static String endpoint(String path) {
        int slash = path.indexOf('/', 1);
        return slash < 0 ? path.substring(1) : path.substring(1, slash);
    }

    /**
     * Empty if there is no such check. Why a check of several failed is logged alone, for the endpoints are open to
     * everyone.
     *
     * @param path the endpoint, or the endpoint and the name of a check
     * @param verbose whether to name all checks though they all hold
     * @param excluded names of checks that are not to be run
     */
    public static Optional<Reply> ask(HealthChecks checks, String path, boolean verbose, Collection<String> excluded) {
        String endpoint = endpoint(path);
        if (path.length() > endpoint.length() + 1) {
            return checks.runOne(endpoint, path.substring(endpoint.length() + 2))
                    .map(HealthEndpoint::alone);
        }
        HealthChecks.Report report = checks.run(endpoint, excluded);
        List<HealthChecks.Outcome> ran =
                report.outcomes().stream().filter(each -> !each.excluded()).toList();
        ran.forEach(each ->
                each.problem().ifPresent(why -> LOG.info("{} check failed: {}: {}", endpoint, each.name(), why)));
        String text = report.ok() && !verbose ? "ok" : report.text();
        return Optional.of(new Reply(report.ok() ? OK : FAILED, text, ran));
    }

    private static Reply alone(HealthChecks.Outcome outcome) {
        List<HealthChecks.Outcome> ran = List.of(outcome);
        return outcome.problem()
                .map(why -> new Reply(FAILED, "internal server error: " + why + "\n", ran))
                .orElseGet(() -> new Reply(OK, "ok", ran));
    }
}
