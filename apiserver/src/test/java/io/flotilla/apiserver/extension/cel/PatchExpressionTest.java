package io.flotilla.apiserver.extension.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchExpressionTest {
    private static final Set<String> VARIABLES = Set.of("object");

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    private static JsonNode made(ObjectExpression expression) throws Exception {
        Object object = ObjectExpression.value(json("{\"a\": 5, \"labels\": {\"x/y\": \"1\"}}"));
        return ObjectExpression.json(expression.evaluate(Map.of("object", object), new Budget(Budget.OF_REQUEST)));
    }

    @Test
    void builds_configurations() throws Exception {
        assertThat(made(ObjectExpression.ofConfiguration(
                        "Object{spec: Object.spec{replicas: object.a + 1, ?paused: optional.none(),"
                                + " containers: [Object.spec.containers{name: 'x', args: ['b'].map(e, e + 'c')}],"
                                + " labels: {'k': 'v'}}}",
                        VARIABLES)))
                .isEqualTo(json("{\"spec\": {\"replicas\": 6, \"labels\": {\"k\": \"v\"},"
                        + " \"containers\": [{\"name\": \"x\", \"args\": [\"bc\"]}]}}"));
    }

    @Test
    void builds_json_patches() throws Exception {
        assertThat(made(ObjectExpression.ofJsonPatch(
                        "object.labels.map(k, JSONPatch{op: 'remove', path: '/labels/' + jsonpatch.escapeKey(k + '~')})"
                                + " + [JSONPatch{op: 'add', path: '/m', value: Object.m{n: null, t: true, d: 1.5}},"
                                + " JSONPatch{op: 'move', from: '/a', path: '/b'}]",
                        VARIABLES)))
                .isEqualTo(json("[{\"op\": \"remove\", \"path\": \"/labels/x~1y~0\"},"
                        + " {\"op\": \"add\", \"path\": \"/m\", \"value\": {\"n\": null, \"t\": true, \"d\": 1.5}},"
                        + " {\"op\": \"move\", \"from\": \"/a\", \"path\": \"/b\"}]"));
    }

    @Test
    void a_part_must_be_named_after_its_place() {
        assertThatThrownBy(() -> made(ObjectExpression.ofConfiguration(
                        "Object{spec: Object.spec{selector: [Object.spec.wrong{}]}}", VARIABLES)))
                .isInstanceOf(EvaluationException.class)
                .hasMessage("type mismatch: unexpected type name \"Object.spec.wrong\", expected"
                        + " \"Object.spec.selector\", which matches field name path from root Object type");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | must evaluate to Object but got int
            object | must evaluate to Object but got dyn
            Object.spec{} | must evaluate to Object but got Object.spec
            JSONPatch{} | must evaluate to Object but got JSONPatch
            """)
    void a_configuration_is_an_object(String text, String why) {
        assertThatThrownBy(() -> ObjectExpression.ofConfiguration(text, VARIABLES))
                .hasMessage(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            JSONPatch{} | must evaluate to list(JSONPatch) but got JSONPatch
            [1] | must evaluate to list(JSONPatch) but got list(int)
            """)
    void a_json_patch_is_a_list(String text, String why) {
        assertThatThrownBy(() -> ObjectExpression.ofJsonPatch(text, VARIABLES)).hasMessage(why);
    }

    @Test
    void unknown_types_and_fields_are_told() {
        assertThatThrownBy(() -> ObjectExpression.ofJsonPatch("[JSONPatch{op: 1}]", VARIABLES))
                .hasMessageStartingWith("compilation failed: ERROR: <input>:1:14: expected type of field 'op'");
        assertThatThrownBy(() -> ObjectExpression.ofConfiguration("Other{}", VARIABLES))
                .hasMessageContaining("undeclared reference to 'Other'");
        assertThatThrownBy(() -> ObjectExpression.ofBoolean("Object{} == Object{}", VARIABLES))
                .hasMessageContaining("undeclared reference to 'Object'");
    }
}
