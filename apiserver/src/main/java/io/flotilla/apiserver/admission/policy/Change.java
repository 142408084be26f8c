package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import io.flotilla.apiserver.patch.JsonPatch;
import io.flotilla.apiserver.patch.Partial;
import io.flotilla.apiserver.patch.UnfitPatchException;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.FieldProblem;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** One of the mutations of a policy. */
sealed interface Change {

    /** Reads a Mutation. */
    static Change of(JsonNode mutation) {
        return mutation.path("patchType").asText().equals("JSONPatch")
                ? new Operations(Expression.of(
                        mutation.path("jsonPatch").path("expression").asText(), ObjectExpression::ofJsonPatch))
                : new Configuration(Expression.of(
                        mutation.path("applyConfiguration").path("expression").asText(),
                        ObjectExpression::ofConfiguration));
    }

    /** The expression evaluated, as JSON. */
    private static JsonNode evaluate(Expression expression, Map<String, Object> values, Budget budget)
            throws EvaluationException {
        return ObjectExpression.json(expression.evaluate(values, budget));
    }

    /**
     * Changes an object in place.
     *
     * @param as the name of the resource in whose form the policy sees the object
     * @throws EvaluationException nothing is changed; what follows is up to the policy's failure policy
     * @throws StatusException the write fails, whatever the failure policy
     */
    void apply(Write write, Forms forms, ResourceInfo as, ObjectNode object, Map<String, Object> values, Budget budget)
            throws EvaluationException;

    /** Fields that the object is to have, whatever else it has. */
    record Configuration(Expression expression) implements Change {
        @Override
        public void apply(
                Write write, Forms forms, ResourceInfo as, ObjectNode object, Map<String, Object> values, Budget budget)
                throws EvaluationException {
            ObjectNode part = (ObjectNode) evaluate(expression, values, budget);
            ObjectNode form = forms.form(write, as, object);
            for (String name : List.of("apiVersion", "kind")) {
                part.set(name, form.path(name));
            }
            StructType type = forms.type(as, write.subresource());
            try {
                String unknown = undeclared(forms.prune(write, as, part.deepCopy()));
                if (!unknown.isEmpty()) {
                    throw new EvaluationException(
                            "error applying patch: failed to convert patch object to typed object: " + unknown);
                }
            } catch (TypeErrorException e) {
                throw new EvaluationException(
                        "error applying patch: failed to convert patch object to typed object: " + e.getMessage());
            }
            List<String> atomics = Partial.atomics(type, part);
            if (!atomics.isEmpty()) {
                throw new EvaluationException("error applying patch: invalid ApplyConfiguration: may not mutate atomic"
                        + " arrays, maps or structs: " + String.join(", ", atomics));
            }
            forms.replace(write, as, object, Partial.merge(type, form, part));
        }

        private static String undeclared(List<FieldProblem> unknown) {
            List<String> each = unknown.stream()
                    .map(problem -> "." + problem.path() + ": field not declared in schema")
                    .toList();
            return each.size() < 2 ? String.join("", each) : "errors:\n  " + String.join("\n  ", each);
        }
    }

    /** Operations of a JSON patch; none is done where one of them tests in vain. */
    record Operations(Expression expression) implements Change {
        @Override
        public void apply(
                Write write, Forms forms, ResourceInfo as, ObjectNode object, Map<String, Object> values, Budget budget)
                throws EvaluationException {
            ArrayNode patch = (ArrayNode) evaluate(expression, values, budget);
            Optional<ObjectNode> result;
            try {
                result = JsonPatch.applyIfTestsHold(forms.form(write, as, object), patch);
            } catch (StatusException | UnfitPatchException e) {
                throw new EvaluationException("JSONPath: " + e.getMessage());
            }
            if (result.isPresent()) {
                check(write, forms, as, result.get());
                forms.replace(write, as, object, result.get());
            }
        }

        private static void check(Write write, Forms forms, ResourceInfo as, ObjectNode patched) {
            try {
                List<FieldProblem> unknown = forms.prune(write, as, patched);
                if (!unknown.isEmpty()) {
                    throw StatusException.internal("strict decoding error: "
                            + unknown.stream().map(FieldProblem::message).collect(Collectors.joining(", ")));
                }
            } catch (TypeErrorException e) {
                throw StatusException.internal(String.valueOf(e.getMessage()));
            }
        }
    }
}
