package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import java.util.Set;

/** The rules of probes and lifecycle hooks. */
final class HandlerRules {
    private static final List<String> HANDLERS = List.of("exec", "httpGet", "tcpSocket", "grpc", "sleep");

    private HandlerRules() {}

    static void checkProbes(Field container, Field gracePeriod, Findings findings) {
        checkProbe(container.at("livenessProbe"), gracePeriod, true, findings);
        Field readiness = container.at("readinessProbe");
        checkProbe(readiness, gracePeriod, false, findings);
        if (readiness.has("terminationGracePeriodSeconds")) {
            findings.invalid(readiness.at("terminationGracePeriodSeconds"), "must not be set for readinessProbes");
        }
        checkProbe(container.at("startupProbe"), gracePeriod, true, findings);
    }

    private static void checkProbe(Field probe, Field gracePeriod, boolean succeedsOnce, Findings findings) {
        if (!probe.isSet()) {
            return;
        }
        checkHandler(probe, gracePeriod, findings);
        for (String name : List.of(
                "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")) {
            findings.nonNegative(probe.at(name));
        }
        Field grace = probe.at("terminationGracePeriodSeconds");
        if (grace.isSet() && grace.number() <= 0) {
            findings.invalid(grace, "must be greater than 0");
        }
        if (succeedsOnce && probe.number("successThreshold") != 1) {
            findings.invalid(probe.at("successThreshold"), probe.number("successThreshold"), "must be 1");
        }
    }

    static void checkLifecycle(Field lifecycle, Field gracePeriod, Findings findings) {
        for (String hook : List.of("postStart", "preStop")) {
            if (lifecycle.has(hook)) {
                checkHandler(lifecycle.at(hook), gracePeriod, findings);
            }
        }
    }

    private static void checkHandler(Field handler, Field gracePeriod, Findings findings) {
        boolean found = false;
        for (String name : HANDLERS) {
            if (!handler.has(name)) {
                continue;
            }
            Field action = handler.at(name);
            if (found) {
                findings.forbidden(action, "may not specify more than 1 handler type");
                continue;
            }
            found = true;
            switch (name) {
                case "exec" -> {
                    if (action.at("command").isEmpty()) {
                        findings.required(action.at("command"));
                    }
                }
                case "httpGet" -> checkHttpGet(action, findings);
                case "sleep" -> {
                    long seconds = action.number("seconds");
                    if (gracePeriod.isSet() && (seconds < 0 || seconds > gracePeriod.number())) {
                        findings.invalid(
                                action,
                                seconds,
                                "must be non-negative and less than terminationGracePeriodSeconds ("
                                        + gracePeriod.number() + ")");
                    }
                }
                default -> IntOrPercent.checkPort(action.at("port"), findings);
            }
        }
        if (!found) {
            findings.required(handler, "must specify a handler type");
        }
    }

    private static void checkHttpGet(Field action, Findings findings) {
        if (action.text("path").isEmpty()) {
            findings.required(action.at("path"));
        }
        IntOrPercent.checkPort(action.at("port"), findings);
        findings.oneOf(action.at("scheme"), Set.of("HTTP", "HTTPS"));
        for (Field header : action.at("httpHeaders").items()) {
            findings.invalid(action.at("httpHeaders"), header.text("name"), Names.httpHeader(header.text("name")));
        }
    }
}
