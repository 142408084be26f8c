package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.cache.LabelRequirement;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.cache.Selection.FieldRequirement;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the text of selectors. */
final class Selectors {
    private Selectors() {}

    /** Fails with BadRequest. */
    static Selection parse(String namespace, String labels, String fields, SelectableFields selectable) {
        List<LabelRequirement> labelRequirements = labels.isBlank() ? List.of() : LabelSelectorParser.parse(labels);
        if (fields.isBlank()) {
            return new Selection(namespace, Optional.empty(), labelRequirements, List.of());
        }
        List<FieldRequirement> requirements = new ArrayList<>();
        Optional<String> name = Optional.empty();
        for (String term : split(fields)) {
            if (term.isEmpty()) {
                continue;
            }
            int bang = term.indexOf("!=");
            int equals = term.indexOf('=');
            if (equals < 0) {
                throw StatusException.badRequest("invalid selector: '" + fields + "'; can't understand '" + term + "'");
            }
            boolean equal = bang < 0 || bang > equals;
            String label = term.substring(0, equal ? equals : bang).strip();
            int valueAt = equals + (term.startsWith("==", equals) ? 2 : 1);
            String value = unescape(term.substring(valueAt));
            switch (label) {
                case "metadata.name" -> {
                    if (equal && name.isEmpty()) {
                        name = Optional.of(value);
                    } else {
                        requirements.add(new FieldRequirement.Name(value, equal));
                    }
                }
                case "metadata.namespace" -> requirements.add(new FieldRequirement.Namespace(value, equal));
                default -> {
                    OptionalInt index = selectable.indexOf(label);
                    if (index.isEmpty()) {
                        throw StatusException.badRequest(
                                selectable.hasOwn()
                                        ? "field label not supported: " + label
                                        : Quoting.quote(label)
                                                + " is not a known field selector: only \"metadata.name\","
                                                + " \"metadata.namespace\"");
                    }
                    requirements.add(new FieldRequirement.Own(index.getAsInt(), value, equal));
                }
            }
        }
        return new Selection(namespace, name, labelRequirements, requirements);
    }

    /** Splits at commas that are not escaped. */
    private static List<String> split(String fields) {
        List<String> terms = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < fields.length(); i++) {
            if (fields.charAt(i) == '\\') {
                i++;
            } else if (fields.charAt(i) == ',') {
                terms.add(fields.substring(start, i));
                start = i + 1;
            }
        }
        terms.add(fields.substring(start));
        return terms;
    }

    private static String unescape(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        StringBuilder plain = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\\') {
                plain.append(c);
            } else if (i + 1 < value.length() && "\\,=".indexOf(value.charAt(i + 1)) >= 0) {
                plain.append(value.charAt(++i));
            } else {
                throw StatusException.badRequest(
                        "invalid field selector: invalid escape sequence in " + Quoting.quote(value));
            }
        }
        return plain.toString();
    }
}
