package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.pipeline.ListQuery;
import io.flotilla.apiserver.pipeline.PatchType;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the options that stand in the query of a request; fails with the Status that Kubernetes gives for bad ones. */
final class Options {
    private static final int MAX_MANAGER = 128;

    private Options() {}

    static WriteOptions create(Query query) {
        return write(query, "CreateOptions", new ArrayList<>());
    }

    static WriteOptions update(Query query) {
        return write(query, "UpdateOptions", new ArrayList<>());
    }

    static WriteOptions patch(Query query, PatchType type) {
        List<FieldError> errors = new ArrayList<>();
        if (type == PatchType.APPLY) {
            if (query.get("fieldManager").isEmpty()) {
                errors.add(FieldError.required("fieldManager", "is required for apply patch"));
            }
        } else if (query.has("force")) {
            errors.add(FieldError.forbidden("force", "may not be specified for non-apply patch"));
        }
        return write(query, "PatchOptions", errors);
    }

    private static WriteOptions write(Query query, String kind, List<FieldError> errors) {
        String manager = query.get("fieldManager");
        checkManager(manager, errors);
        checkDryRun(query, errors);
        String validation = query.get("fieldValidation");
        WriteOptions.FieldValidation fieldValidation = WriteOptions.FieldValidation.WARN;
        switch (validation) {
            case "", "Warn" -> {}
            case "Ignore" -> fieldValidation = WriteOptions.FieldValidation.IGNORE;
            case "Strict" -> fieldValidation = WriteOptions.FieldValidation.STRICT;
            default ->
                errors.add(FieldError.notSupported(
                        "fieldValidation", validation, List.of("", "Ignore", "Strict", "Warn")));
        }
        check(kind, errors);
        return new WriteOptions(query.all("dryRun").contains("All"), manager, fieldValidation, Optional.empty());
    }

    private static void checkManager(String manager, List<FieldError> errors) {
        if (manager.length() > MAX_MANAGER) {
            errors.add(FieldError.tooLong("fieldManager", MAX_MANAGER));
        }
        for (int i = 0; i < manager.length(); i += Character.charCount(manager.codePointAt(i))) {
            int c = manager.codePointAt(i);
            if (Character.isISOControl(c) || !Character.isDefined(c)) {
                errors.add(FieldError.invalid(
                        "fieldManager", manager, "invalid character U+%04X (at position %d)".formatted(c, i)));
            }
        }
    }

    private static void checkDryRun(Query query, List<FieldError> errors) {
        List<String> asked = query.all("dryRun");
        if (!asked.stream().allMatch("All"::equals)) {
            ObjectNode holder = JsonNodeFactory.instance.objectNode();
            asked.forEach(holder.putArray("dryRun")::add);
            errors.add(FieldError.notSupported("dryRun", holder.get("dryRun"), List.of("All")));
        }
    }

    private static void check(String kind, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw StatusException.invalid("meta.k8s.io", kind, "", errors);
        }
    }

    /** The options of a deletion that has no body. */
    static DeleteOptions delete(Query query) {
        List<FieldError> errors = new ArrayList<>();
        checkDryRun(query, errors);
        check("DeleteOptions", errors);
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        if (query.has("gracePeriodSeconds")) {
            options.put("gracePeriodSeconds", number(query, "gracePeriodSeconds"));
        }
        if (query.has("propagationPolicy")) {
            options.put("propagationPolicy", query.get("propagationPolicy"));
        }
        if (query.has("orphanDependents")) {
            options.put("orphanDependents", query.flag("orphanDependents"));
        }
        DeleteOptions read = DeleteOptions.of(options);
        return query.has("dryRun") ? read.withDryRun() : read;
    }

    static ListQuery list(Query query) {
        number(query, "timeoutSeconds");
        return new ListQuery(
                query.get("labelSelector"),
                query.get("fieldSelector"),
                query.get("resourceVersion"),
                query.get("resourceVersionMatch"),
                number(query, "limit"),
                query.get("continue"),
                query.flag("allowWatchBookmarks"),
                query.flag("sendInitialEvents"));
    }

    /** A number of the query; 0 where there is none. */
    static long number(Query query, String name) {
        String text = query.get(name);
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw StatusException.badRequest("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }
}
