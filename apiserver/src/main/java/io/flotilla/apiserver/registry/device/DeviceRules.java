package io.flotilla.apiserver.registry.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.storage.VolumeSources;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** What all kinds that speak of devices demand of names, selectors, configurations, taints and tolerations. */
final class DeviceRules {
    static final int MAX_SIZE = 32;
    private static final int MAX_POOL = 253;
    private static final int MAX_IDENTIFIER = 32;
    private static final int MAX_TEXT = 10 * 1024;
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> EFFECTS = Set.of("None", "NoExecute", "NoSchedule");

    private DeviceRules() {}

    /** Checks each element of a list, then its size. */
    static void each(Field list, int max, Findings findings, Consumer<Field> check) {
        list.items().forEach(check);
        if (list.size() > max) {
            findings.tooMany(list, list.size(), max);
        }
    }

    /** As {@link #each}, and that no two elements have the same key, which is the element itself where it is empty. */
    static void set(Field list, int max, String key, Findings findings, Consumer<Field> check) {
        each(list, max, findings, check);
        Set<JsonNode> seen = new HashSet<>();
        for (Field item : list.items()) {
            Field place = key.isEmpty() ? item : item.at(key);
            if (!seen.add(place.value())) {
                findings.duplicate(place, place.text());
            }
        }
    }

    static void label(Field name, Findings findings) {
        findings.invalid(name, Names.label(name.text()));
    }

    static void driver(Field driver, Findings findings) {
        VolumeSources.checkDriverName(driver, findings);
    }

    static void pool(Field pool, Findings findings) {
        if (pool.isEmpty()) {
            findings.required(pool);
            return;
        }
        if (pool.text().length() > MAX_POOL) {
            findings.tooLong(pool, MAX_POOL);
        }
        for (String part : pool.text().split("/", -1)) {
            findings.invalid(pool, part, Names.subdomain(part));
        }
    }

    static void className(Field name, Findings findings) {
        if (name.isEmpty()) {
            findings.required(name);
        } else {
            findings.invalid(name, Names.subdomain(name.text()));
        }
    }

    /** A name such as {@code model} or {@code example.com/model}. */
    static void qualified(Field place, String name, Findings findings) {
        String[] parts = name.split("/", -1);
        if (name.isEmpty()) {
            findings.required(place, "name required");
        } else if (parts.length == 1) {
            identifier(place, name, findings);
        } else if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                findings.required(place, "the domain must not be empty");
            } else {
                findings.invalid(place, parts[0], Names.subdomain(parts[0]));
            }
            if (parts[1].isEmpty()) {
                findings.required(place, "the name must not be empty");
            } else {
                identifier(place, parts[1], findings);
            }
        }
    }

    private static void identifier(Field place, String name, Findings findings) {
        if (name.length() > MAX_IDENTIFIER) {
            findings.tooLong(place, MAX_IDENTIFIER);
        }
        if (!IDENTIFIER.matcher(name).matches()) {
            findings.invalid(
                    place,
                    name,
                    "a valid C identifier must start with alphabetic character or '_', followed by a string of"
                            + " alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used"
                            + " for validation is '[A-Za-z_][A-Za-z0-9_]*')");
        }
    }

    static void selectors(Field selectors, SelectorCheck check, Findings findings) {
        each(selectors, MAX_SIZE, findings, selector -> {
            Field expression = selector.at("cel", "expression");
            if (!selector.has("cel")) {
                findings.required(selector.at("cel"));
            } else if (bytes(expression.value().asText("")) > MAX_TEXT) {
                findings.tooLong(expression, MAX_TEXT);
            } else {
                check.check(expression, findings);
            }
        });
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** A configuration of a class or a claim: parameters for a driver. */
    static void configuration(Field config, Findings findings) {
        Field opaque = config.at("opaque");
        if (!opaque.isSet()) {
            findings.required(opaque);
            return;
        }
        driver(opaque.at("driver"), findings);
        Field parameters = opaque.at("parameters");
        if (!parameters.isSet()) {
            findings.required(parameters);
        } else if (bytes(parameters.value().toString()) > MAX_TEXT) {
            findings.tooLong(parameters, MAX_TEXT);
        } else if (!parameters.value().isObject()) {
            findings.invalid(parameters, "<value omitted>", "parameters must be a valid JSON object");
        }
    }

    static void taint(Field taint, Findings findings) {
        findings.invalid(taint.at("key"), Names.qualified(taint.text("key")));
        if (!taint.at("value").isEmpty()) {
            findings.invalid(taint.at("value"), Names.labelValue(taint.text("value")));
        }
        findings.requiredOneOf(taint.at("effect"), EFFECTS);
    }

    static void toleration(Field toleration, Findings findings) {
        Field value = toleration.at("value");
        if (!toleration.at("key").isEmpty()) {
            findings.invalid(toleration.at("key"), Names.qualified(toleration.text("key")));
        }
        switch (toleration.text("operator")) {
            case "Exists" -> {
                if (!value.isEmpty()) {
                    findings.invalid(value, "must be empty for operator `Exists`");
                }
            }
            case "Equal" -> findings.invalid(value, Names.labelValue(value.text()));
            case "" -> findings.required(toleration.at("operator"));
            default -> findings.notSupported(toleration.at("operator"), List.of("Equal", "Exists"));
        }
        if (!toleration.at("effect").isEmpty()) {
            findings.oneOf(toleration.at("effect"), EFFECTS);
        }
    }
}
