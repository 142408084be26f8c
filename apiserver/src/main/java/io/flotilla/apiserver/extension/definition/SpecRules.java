package io.flotilla.apiserver.extension.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.extension.JsonPath;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.webhook.ClientRules;
import io.flotilla.apiserver.webhook.ReviewVersions;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the spec of a definition must be, but for its schemas. */
final class SpecRules {
    private static final Set<String> COLUMN_TYPES = Set.of("integer", "number", "string", "boolean", "date");
    private static final Set<String> COLUMN_FORMATS =
            Set.of("int32", "int64", "float", "double", "byte", "date", "date-time", "password");
    private static final int MAX_SELECTABLE = 8;

    private final boolean demandsKnownReview;
    private final Findings findings;

    /** @param demandsKnownReview whether a conversion webhook must understand a review that the server can send */
    SpecRules(boolean demandsKnownReview, Findings findings) {
        this.demandsKnownReview = demandsKnownReview;
        this.findings = findings;
    }

    void check(Field spec) {
        group(spec.at("group"));
        findings.requiredOneOf(spec.at("scope"), Set.of("Cluster", "Namespaced"));
        if (spec.flag("preserveUnknownFields")) {
            findings.invalid(
                    spec.at("preserveUnknownFields"),
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in"
                            + " spec.versions[*].schema instead");
        }
        versions(spec.at("versions"));
        names(spec.at("names"));
        conversion(spec.at("conversion"));
    }

    private void group(Field group) {
        if (group.isEmpty()) {
            findings.required(group);
            return;
        }
        List<String> problems = Names.subdomain(group.text());
        if (!problems.isEmpty()) {
            findings.invalid(group, String.join(",", problems));
        } else if (group.text().indexOf('.') < 0) {
            findings.invalid(group, "should be a domain with at least one dot");
        }
    }

    private void versions(Field versions) {
        Set<String> names = new HashSet<>();
        boolean unique = true;
        int storage = 0;
        for (Field version : versions.items()) {
            storage += version.flag("storage") ? 1 : 0;
            unique &= names.add(version.text("name"));
            label(version.at("name"));
            version(version);
        }
        if (!unique) {
            findings.invalid(versions, "must contain unique version names");
        }
        if (storage != 1) {
            findings.invalid(versions, "must have exactly one version marked as storage version");
        }
    }

    private void label(Field name) {
        List<String> problems = Names.dns1035Label(name.text());
        if (!problems.isEmpty()) {
            findings.invalid(name, name.text(), String.join(",", problems));
        }
    }

    private void version(Field version) {
        Field warning = version.at("deprecationWarning");
        if (warning.isSet() && !version.flag("deprecated")) {
            findings.invalid(warning, "can only be set for deprecated versions");
        }
        Field schema = version.at("schema", "openAPIV3Schema");
        if (!schema.isSet()) {
            findings.required(schema, "schemas are required");
        } else {
            new SchemaRules(findings).check(schema);
        }
        scale(version.at("subresources", "scale"));
        for (Field column : version.at("additionalPrinterColumns").items()) {
            column(column);
        }
        selectable(version);
    }

    private void scale(Field scale) {
        if (!scale.isSet()) {
            return;
        }
        path(scale.at("specReplicasPath"), List.of("spec"), "should be a json path under .spec", true);
        path(scale.at("statusReplicasPath"), List.of("status"), "should be a json path under .status", true);
        path(
                scale.at("labelSelectorPath"),
                List.of("spec", "status"),
                "should be a json path under either .spec or .status",
                false);
    }

    private void path(Field path, List<String> roots, String words, boolean required) {
        if (path.isEmpty()) {
            if (required) {
                findings.required(path);
            }
            return;
        }
        List<String> names;
        try {
            names = JsonPath.parse(path.text()).names();
        } catch (IllegalArgumentException e) {
            findings.invalid(path, "is an invalid path: " + e.getMessage());
            return;
        }
        if (names.isEmpty()) {
            findings.invalid(path, "should be a simple json path");
        } else if (names.size() < 2 || !roots.contains(names.getFirst())) {
            findings.invalid(path, words);
        }
    }

    private void column(Field column) {
        if (column.at("name").isEmpty()) {
            findings.required(column.at("name"));
        }
        findings.requiredOneOf(column.at("type"), COLUMN_TYPES);
        if (!column.at("format").isEmpty()) {
            findings.oneOf(column.at("format"), COLUMN_FORMATS);
        }
        Field path = column.at("jsonPath");
        if (path.isEmpty()) {
            findings.required(path);
            return;
        }
        try {
            if (!path.text().startsWith(".")) {
                throw new IllegalArgumentException("must start with a dot");
            }
            JsonPath.parse(path.text());
        } catch (IllegalArgumentException e) {
            findings.invalid(path, "is an invalid path: " + e.getMessage());
        }
    }

    private void selectable(Field version) {
        Field fields = version.at("selectableFields");
        if (fields.size() > MAX_SELECTABLE) {
            findings.tooMany(fields, fields.size(), MAX_SELECTABLE);
        }
        Set<String> seen = new HashSet<>();
        for (Field each : fields.items()) {
            Field path = each.at("jsonPath");
            if (path.isEmpty()) {
                findings.required(path);
                continue;
            }
            if (!seen.add(path.text())) {
                findings.duplicate(path, path.text());
            }
            List<String> names;
            try {
                names = path.text().startsWith(".")
                        ? JsonPath.parse(path.text()).names()
                        : List.of();
            } catch (IllegalArgumentException _) {
                names = List.of();
            }
            if (names.isEmpty()) {
                findings.invalid(path, "must be a simple path with leading . only");
            } else if (names.getFirst().equals("metadata")) {
                findings.invalid(path, "must not point to fields in metadata");
            } else {
                selected(path, names, version.at("schema", "openAPIV3Schema").value());
            }
        }
    }

    private void selected(Field path, List<String> names, JsonNode schema) {
        JsonNode at = schema;
        for (String name : names) {
            at = at.path("properties").path(name);
        }
        if (at.isMissingNode()) {
            findings.invalid(path, "does not refer to a valid field");
        } else if (!Set.of("string", "boolean", "integer")
                .contains(at.path("type").asText(""))) {
            findings.invalid(
                    path,
                    "must point to a field of type string, boolean or integer. Enum string fields and strings with"
                            + " formats are allowed.");
        }
    }

    private void names(Field names) {
        for (String required : List.of("plural", "singular", "kind", "listKind")) {
            if (names.at(required).isEmpty()) {
                findings.required(names.at(required));
            }
        }
        for (String lower : List.of("plural", "singular")) {
            if (!names.at(lower).isEmpty()) {
                label(names.at(lower));
            }
        }
        names.at("shortNames").items().forEach(this::label);
        for (String mixed : List.of("kind", "listKind")) {
            Field name = names.at(mixed);
            List<String> problems = Names.dns1035Label(name.text().toLowerCase(Locale.ROOT));
            if (!name.isEmpty() && !problems.isEmpty()) {
                findings.invalid(
                        name, "may have mixed case, but should otherwise match: " + String.join(",", problems));
            }
        }
        if (!names.at("kind").isEmpty() && names.at("listKind").is(names.text("kind"))) {
            findings.invalid(names.at("listKind"), "kind and listKind may not be the same");
        }
        names.at("categories").items().forEach(this::label);
    }

    private void conversion(Field conversion) {
        if (!conversion.isSet()) {
            return;
        }
        findings.requiredOneOf(conversion.at("strategy"), Set.of("None", "Webhook"));
        // Errors name the fields as the version before v1 did.
        Field client = conversion.at("webhook", "clientConfig").as(conversion.path() + ".webhookClientConfig");
        Field versions = conversion
                .at("webhook", "conversionReviewVersions")
                .as(conversion.path() + ".conversionReviewVersions");
        if (!conversion.at("strategy").is("Webhook")) {
            for (Field each : List.of(client, versions)) {
                if (!each.isEmpty()) {
                    findings.forbidden(each, "should not be set when strategy is not set to Webhook");
                }
            }
            return;
        }
        if (client.isSet()) {
            new ClientRules(findings).check(client);
        } else {
            findings.required(client, "required when strategy is set to Webhook");
        }
        if (versions.isEmpty()) {
            findings.required(versions);
        } else {
            ReviewVersions.check(versions, demandsKnownReview, findings);
        }
    }
}
