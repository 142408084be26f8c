package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** What classes of storage and of volume attributes hand on to their driver. */
final class ClassParameters {
    private static final int MAX_ENTRIES = 512;
    private static final int MAX_BYTES = 256 * 1024;

    private ClassParameters() {}

    /** The driver or provisioner that the parameters are for. */
    static void checkDriver(Field driver, Findings findings) {
        if (driver.isEmpty()) {
            findings.required(driver);
        } else {
            String name = driver.text().toLowerCase(Locale.ROOT);
            findings.invalid(driver, name, Names.qualified(name));
        }
    }

    static void check(Field parameters, boolean mayBeEmpty, Findings findings) {
        if (parameters.size() > MAX_ENTRIES) {
            findings.tooLong(parameters, MAX_ENTRIES);
            return;
        }
        for (Field parameter : parameters.entries()) {
            if (parameter.name().isEmpty()) {
                findings.invalid(parameters, "", "field can not be empty.");
            }
        }
        if (bytes(parameters) > MAX_BYTES) {
            findings.tooLong(parameters, MAX_BYTES);
        }
        if (!mayBeEmpty && parameters.isEmpty()) {
            findings.required(parameters, "must contain at least one key/value pair");
        }
    }

    /** Size of all keys and values of a map. */
    static long bytes(Field map) {
        long size = 0;
        for (Map.Entry<String, String> entry : map.textMap().entrySet()) {
            size += entry.getKey().getBytes(StandardCharsets.UTF_8).length
                    + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        return size;
    }
}
