package io.flotilla.apiserver.registry.device;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a claim may ask for: in claims and in templates of claims. */
final class ClaimRules {
    private static final int MAX_ALTERNATIVES = 8;
    private static final int MAX_TOLERATIONS = 16;
    private static final String REFERENCE = "must be the name of a request in the claim or the name of a request and a"
            + " subrequest separated by '/'";
    private static final String ONE_FORM = "exactly one of `exactly` or `firstAvailable` is required";

    private ClaimRules() {}

    static void check(Field spec, SelectorCheck selectors, Findings findings) {
        Field devices = spec.at("devices");
        Set<String> names = requestNames(devices);
        DeviceRules.set(
                devices.at("requests"),
                DeviceRules.MAX_SIZE,
                "name",
                findings,
                request -> checkRequest(request, selectors, findings));
        DeviceRules.each(devices.at("constraints"), DeviceRules.MAX_SIZE, findings, constraint -> {
            checkReferences(constraint.at("requests"), names, findings);
            checkConstraint(constraint, findings);
        });
        DeviceRules.each(devices.at("config"), DeviceRules.MAX_SIZE, findings, config -> {
            checkReferences(config.at("requests"), names, findings);
            DeviceRules.configuration(config, findings);
        });
    }

    /** Names of requests, and of their alternatives behind a slash. */
    static Set<String> requestNames(Field devices) {
        Set<String> names = new HashSet<>();
        for (Field request : devices.at("requests").items()) {
            names.add(request.text("name"));
            request.at("firstAvailable")
                    .items()
                    .forEach(each -> names.add(request.text("name") + "/" + each.text("name")));
        }
        return names;
    }

    private static void checkRequest(Field request, SelectorCheck selectors, Findings findings) {
        DeviceRules.label(request.at("name"), findings);
        Field alternatives = request.at("firstAvailable");
        DeviceRules.set(alternatives, MAX_ALTERNATIVES, "name", findings, each -> {
            DeviceRules.label(each.at("name"), findings);
            checkDevices(each, selectors, findings);
        });
        boolean exact = request.has("exactly");
        if (exact) {
            checkDevices(request.at("exactly"), selectors, findings);
        }
        if (exact && !alternatives.isEmpty()) {
            findings.invalid(request, null, ONE_FORM + ", but multiple fields are set");
        } else if (!exact && alternatives.isEmpty()) {
            findings.required(request, ONE_FORM);
        }
    }

    private static void checkDevices(Field wanted, SelectorCheck selectors, Findings findings) {
        DeviceRules.className(wanted.at("deviceClassName"), findings);
        DeviceRules.selectors(wanted.at("selectors"), selectors, findings);
        Field count = wanted.at("count");
        switch (wanted.text("allocationMode")) {
            case "All" -> {
                if (count.number() != 0) {
                    findings.invalid(count, "must not be specified when allocationMode is 'All'");
                }
            }
            case "ExactCount" -> {
                if (count.number() <= 0) {
                    findings.invalid(count, count.number(), "must be greater than zero");
                }
            }
            default -> findings.notSupported(wanted.at("allocationMode"), List.of("All", "ExactCount"));
        }
        DeviceRules.each(
                wanted.at("tolerations"),
                MAX_TOLERATIONS,
                findings,
                toleration -> DeviceRules.toleration(toleration, findings));
    }

    private static void checkConstraint(Field constraint, Findings findings) {
        Field match = constraint.at("matchAttribute");
        Field distinct = constraint.at("distinctAttribute");
        if (match.isSet() && distinct.isSet()) {
            findings.invalid(
                    constraint,
                    null,
                    "exactly one of `matchAttribute` or `distinctAttribute` is required, but multiple"
                            + " fields are set");
        } else if (!match.isSet() && !distinct.isSet()) {
            findings.required(constraint, "exactly one of `matchAttribute` or `distinctAttribute` is required");
        }
        for (Field attribute : List.of(match, distinct)) {
            if (attribute.isSet()) {
                DeviceRules.qualified(attribute, attribute.text(), findings);
                if (!attribute.isEmpty() && attribute.text().indexOf('/') < 0) {
                    findings.invalid(attribute, "must include a domain");
                }
            }
        }
    }

    static void checkReferences(Field list, Set<String> names, Findings findings) {
        DeviceRules.set(list, DeviceRules.MAX_SIZE, "", findings, each -> checkReference(each, names, findings));
    }

    static void checkReference(Field reference, Set<String> names, Findings findings) {
        String[] parts = reference.text().split("/", -1);
        if (parts.length <= 2) {
            for (String part : parts) {
                findings.invalid(reference, part, Names.label(part));
            }
        }
        if (!names.contains(reference.text())) {
            findings.invalid(reference, REFERENCE);
        }
    }
}
