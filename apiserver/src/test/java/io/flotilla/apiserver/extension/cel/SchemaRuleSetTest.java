package io.flotilla.apiserver.extension.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.extension.structural.Structural;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaRuleSetTest {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();

    private static final String PROPERTIES = """
            {replicas:{type:'integer'},minReplicas:{type:'integer'},name:{type:'string'},
             'with-dash':{type:'string'},port:{'x-kubernetes-int-or-string':true},
             ratio:{type:'number'},when:{type:'string',format:'date-time'},
             memory:{type:'string'},labels:{type:'object',additionalProperties:{type:'string'}},
             list:{type:'array',items:{type:'integer'}}}""";

    private static ObjectNode parse(String text) {
        try {
            return (ObjectNode) LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Rules on the spec. */
    private static SchemaRuleSet rules(String... rules) {
        ObjectNode schema = parse("{type:'object',properties:{spec:{type:'object',properties:" + PROPERTIES + "}}}");
        for (String rule : rules) {
            ((ObjectNode) schema.at("/properties/spec"))
                    .withArray("x-kubernetes-validations")
                    .add(rule.startsWith("{") ? parse(rule) : parse("{}").put("rule", rule));
        }
        return SchemaRuleSet.of(Structural.of(schema));
    }

    private static List<String> findings(SchemaRuleSet rules, String spec, String oldSpec) {
        return rules
                .check(parse("{spec:" + spec + "}"), oldSpec.isEmpty() ? null : parse("{spec:" + oldSpec + "}"))
                .stream()
                .map(each -> each.field() + ": " + each.body())
                .toList();
    }

    @Test
    void aRuleThatDoesNotHoldIsToldByItsMessage() {
        SchemaRuleSet rules =
                rules("{rule:'self.minReplicas <= self.replicas',message:'replicas should not be below minReplicas'}");
        assertThat(findings(rules, "{minReplicas:1,replicas:2}", "")).isEmpty();
        assertThat(findings(rules, "{minReplicas:3,replicas:2}", ""))
                .containsExactly("spec: Invalid value: replicas should not be below minReplicas");
    }

    @Test
    void aRuleWithoutMessageIsToldItself() {
        assertThat(findings(rules("self.replicas > 0"), "{replicas:0}", ""))
                .containsExactly("spec: Invalid value: failed rule: self.replicas > 0");
    }

    @Test
    void messagesCanBeExpressions() {
        SchemaRuleSet rules = rules(
                "{rule:'self.replicas < 5',messageExpression:'\"not more than 5, but \" + string(self.replicas)'}");
        assertThat(findings(rules, "{replicas:7}", "")).containsExactly("spec: Invalid value: not more than 5, but 7");
    }

    @Test
    void reasonAndPathAreTheRules() {
        SchemaRuleSet rules =
                rules("{rule:'has(self.name)',message:'name it',reason:'FieldValueRequired',fieldPath:'.name'}");
        assertThat(findings(rules, "{replicas:1}", "")).containsExactly("spec.name: Required value: name it");
    }

    @Test
    void transitionRulesApplyToUpdatesAlone() {
        SchemaRuleSet rules = rules("{rule:'self.name == oldSelf.name',message:'name is immutable'}");
        assertThat(findings(rules, "{name:'a'}", "")).isEmpty();
        assertThat(findings(rules, "{name:'a'}", "{name:'a',replicas:1}")).isEmpty();
        assertThat(findings(rules, "{name:'b'}", "{name:'a'}"))
                .containsExactly("spec: Invalid value: name is immutable");
    }

    @Test
    void anOptionalOldSelfIsThereOnCreationToo() {
        SchemaRuleSet rules = rules(
                "{rule:'oldSelf.hasValue() || self.replicas == 1',optionalOldSelf:true,message:'begin with one'}");
        assertThat(findings(rules, "{replicas:2}", "")).containsExactly("spec: Invalid value: begin with one");
        assertThat(findings(rules, "{replicas:1}", "")).isEmpty();
        assertThat(findings(rules, "{replicas:2}", "{replicas:1}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self.with__dash__dash == 'x'",
                "type(self.port) == int ? self.port < 100 : self.port.startsWith('h')",
                "self.ratio > 0.4 && self.ratio < 1.0",
                "self.when > timestamp('2020-01-01T00:00:00Z')",
                "self.labels.all(key, key.startsWith('a')) && 'a1' in self.labels",
                "self.list.sum() == 6 && self.list.isSorted() && self.list.max() == 3",
                "quantity(self.memory).isGreaterThan(quantity('1Gi'))",
                "self.name.matches('^[a-z]+$') && self.name.find('b.') == 'bc'",
                "self.name.upperAscii() == 'ABC' && size(self.name) == 3",
                "sets.contains([1, 2, 3, 4], self.list)",
                "!has(self.minReplicas) && isIP('10.0.0.1')",
                "self.list.exists_one(each, each == 2) && self.list.map(each, each * 2) == [2, 4, 6]"
            })
    void whatKubernetesOffersIsThere(String rule) {
        assertThat(findings(rules(rule), """
                        {'with-dash':'x',port:80,ratio:0.5,when:'2026-01-01T00:00:00Z',memory:'2Gi',name:'abc',
                         labels:{a1:'x',a2:'y'},list:[1,2,3]}""", "")).isEmpty();
    }

    @Test
    void whatIsMissingIsToldAtEvaluation() {
        assertThat(findings(rules("self.name == 'a'"), "{replicas:1}", ""))
                .containsExactly(
                        "spec: Invalid value: \"object\": no such key: name evaluating rule: self.name == 'a'");
    }

    @Test
    void aLoopThatTakesTooLongIsEnded() {
        String list = "[" + "1,".repeat(999) + "1]";
        assertThat(findings(
                        rules("self.list.all(a, self.list.all(b, self.list.all(c, a == b)))"),
                        "{list:" + list + "}",
                        ""))
                .containsExactly(
                        "spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no"
                                + " further validation rules will be run due to call cost exceeds limit for rule:"
                                + " self.list.all(a, self.list.all(b, self.list.all(c, a == b)))");
    }

    @Test
    void operatorsThatForgiveErrorsDoNotHideCosts() {
        String list = "[" + "1,".repeat(999) + "1]";
        assertThat(findings(
                        rules("self.list.exists(a, self.list.exists(b, self.list.exists(c, c > 5))) || true", "false"),
                        "{list:" + list + "}",
                        ""))
                .singleElement()
                .asString()
                .contains("call cost exceeds limit");
    }

    @Test
    void allRulesTogetherHaveABudget() {
        String list = "[" + "1,".repeat(399) + "1]";
        String[] expensive = new String[20];
        Arrays.fill(expensive, "self.list.all(a, self.list.all(b, a == b))");
        assertThat(findings(rules(expensive), "{list:" + list + "}", ""))
                .containsExactly(
                        "spec: Invalid value: \"object\": validation failed due to running out of cost budget, no"
                                + " further validation rules will be run");
    }

    @Test
    void unknownFieldsAndWrongTypesAreFoundWhenTheRuleIsRead() {
        assertThatThrownBy(() -> rules("self.nope > 1"))
                .hasMessageContaining("ERROR: <input>:1:5: undefined field 'nope'");
        assertThatThrownBy(() -> rules("self.replicas >"))
                .hasMessageContaining("ERROR: <input>:1:16: Syntax error: mismatched input '<EOF>' expecting");
        assertThatThrownBy(() -> rules("self.replicas == 'x'")).hasMessageContaining("found no matching overload");
        assertThatThrownBy(() -> rules("self.replicas")).hasMessage("cel expression must evaluate to a bool");
    }
}
