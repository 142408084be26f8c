package io.flotilla.apiserver.registry.core;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Configuration maps. */
public final class ConfigMapStrategy extends KindStrategy {
    /** Bytes that the values of a ConfigMap or a Secret may have together. */
    static final int MAX_SIZE = 1024 * 1024;

    static final String FROZEN = "field is immutable when `immutable` is set";

    public ConfigMapStrategy() {
        super(Names::subdomain, Shape.PLAIN);
    }

    @Override
    protected void check(WriteContext context, Field map, Findings findings) {
        long size = 0;
        for (Field value : map.at("data").entries()) {
            findings.invalid(value, value.name(), Names.configKey(value.name()));
            if (map.at("binaryData").has(value.name())) {
                findings.invalid(value, value.name(), "duplicate of key present in binaryData");
            }
            size += value.text().getBytes(StandardCharsets.UTF_8).length;
        }
        for (Field value : map.at("binaryData").entries()) {
            findings.invalid(value, value.name(), Names.configKey(value.name()));
            size += decodedLength(value.text());
        }
        if (size > MAX_SIZE) {
            // The path of Kubernetes: an element without a name.
            findings.add(FieldError.tooLong("[]", MAX_SIZE));
        }
    }

    /** How many bytes the Base64 text stands for. */
    static long decodedLength(String base64) {
        int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() / 4L * 3 - padding;
    }

    @Override
    protected void checkUpdate(WriteContext context, Field map, Field old, Findings findings) {
        checkFrozen(map, old, List.of("data", "binaryData"), findings);
        check(context, map, findings);
    }

    /** An object marked immutable stays so and keeps its data. */
    static void checkFrozen(Field object, Field old, List<String> data, Findings findings) {
        if (!old.flag("immutable")) {
            return;
        }
        if (!object.flag("immutable")) {
            findings.forbidden(object.at("immutable"), FROZEN);
        }
        for (String name : data) {
            if (!Trees.same(object.at(name).value(), old.at(name).value())) {
                findings.forbidden(object.at(name), FROZEN);
            }
        }
    }
}
