package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Validating admission policies: their form. Expressions are not compiled here. */
public class ValidatingPolicyStrategy extends PolicyStrategy {
    private static final int MAX_ANNOTATIONS = 20;
    private static final int MAX_VALUE_EXPRESSION = 5 * 1024;
    private static final Set<String> REASONS = Set.of("Forbidden", "Invalid", "RequestEntityTooLarge");

    public ValidatingPolicyStrategy() {
        super(Shape.STATUS_AND_GENERATION);
    }

    @Override
    final void checkForm(Field policy, Findings findings) {
        Field spec = policy.at("spec");
        PolicySpecs.check(spec, findings);
        Field validations = spec.at("validations");
        Field annotations = spec.at("auditAnnotations");
        if (validations.isEmpty() && annotations.isEmpty()) {
            for (Field each : List.of(validations, annotations)) {
                findings.required(each, "validations or auditAnnotations must contain at least one item");
            }
            return;
        }
        validations.items().forEach(validation -> checkValidation(validation, findings));
        if (annotations.size() > MAX_ANNOTATIONS) {
            findings.invalid(annotations, "must not have more than " + MAX_ANNOTATIONS + " auditAnnotations");
        }
        Set<String> keys = new HashSet<>();
        for (Field annotation : annotations.items()) {
            checkAnnotation(annotation, policy.at("metadata").text("name"), findings);
            if (!keys.add(annotation.text("key"))) {
                findings.duplicate(annotation.at("key"));
            }
        }
    }

    private static void checkValidation(Field validation, Findings findings) {
        if (validation.text("expression").isBlank()) {
            findings.required(validation.at("expression"), "expression is not specified");
        }
        Field messageExpression = validation.at("messageExpression");
        if (!messageExpression.isEmpty() && messageExpression.text().isBlank()) {
            findings.invalid(messageExpression, "must be non-empty if specified");
        }
        Field message = validation.at("message");
        String trimmed = message.text().strip();
        if (!message.isEmpty() && trimmed.isEmpty()) {
            findings.invalid(message, "message must be non-empty if specified");
        } else if (trimmed.indexOf('\n') >= 0 || trimmed.indexOf('\r') >= 0) {
            findings.invalid(message, "message must not contain line breaks");
        }
        if (validation.has("reason")) {
            findings.oneOf(validation.at("reason"), REASONS);
        }
    }

    private static void checkAnnotation(Field annotation, String policy, Findings findings) {
        Field key = annotation.at("key");
        String qualified = policy + "/" + key.text();
        findings.invalid(key, qualified, Names.qualified(qualified));
        Field value = annotation.at("valueExpression");
        if (value.text().isBlank()) {
            findings.required(value, "valueExpression is not specified");
        } else if (value.text().strip().length() > MAX_VALUE_EXPRESSION) {
            findings.required(value, "must not exceed " + MAX_VALUE_EXPRESSION + " bytes in length");
        }
    }
}
