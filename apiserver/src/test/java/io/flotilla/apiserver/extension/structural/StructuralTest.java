package io.flotilla.apiserver.extension.structural;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.FieldProblem;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class StructuralTest {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();
    private static final Schema TYPES = Schema.load();

    private static ObjectNode parse(String text) {
        try {
            return (ObjectNode) LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A kind whose spec has these properties. */
    private static Structural spec(String properties) {
        return Structural.of(parse("{type:'object',properties:{spec:{type:'object',properties:" + properties + "}}}"));
    }

    private static List<String> findings(Structural schema, String spec) {
        return told(schema, parse("{spec:" + spec + "}"), null);
    }

    private static List<String> told(Structural schema, JsonNode object, JsonNode old) {
        return SchemaValidation.check(schema, object, old, "").stream()
                .map(each -> each.field() + ": " + each.body())
                .toList();
    }

    private static ObjectNode defaulted(Structural schema, String spec) {
        ObjectNode object = parse("{spec:" + spec + "}");
        Defaulting.apply(schema, object);
        return (ObjectNode) object.get("spec");
    }

    @Test
    void valuesOfTheWrongTypeAreToldByTypeAndField() {
        Structural schema = spec("{replicas:{type:'integer'},names:{type:'array',items:{type:'string'}}}");
        assertThat(findings(schema, "{replicas:'three',names:['a',5]}"))
                .containsExactlyInAnyOrder(
                        "spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\"",
                        "spec.names[1]: Invalid value: \"integer\": spec.names[1] in body must be of type string:"
                                + " \"integer\"");
    }

    @Test
    void aWholeFractionIsAnInteger() {
        Structural schema = spec("{replicas:{type:'integer'}}");
        assertThat(findings(schema, "{replicas:5.0}")).isEmpty();
        assertThat(findings(schema, "{replicas:5.5}")).hasSize(1);
    }

    @Test
    void boundsAreToldInKubernetesWords() {
        Structural schema = spec("""
                {n:{type:'integer',minimum:1,maximum:10},x:{type:'number',exclusiveMaximum:true,maximum:1},
                 m:{type:'integer',multipleOf:5},s:{type:'string',minLength:3,maxLength:5},
                 l:{type:'array',minItems:2,maxItems:3,items:{type:'integer'}}}""");
        assertThat(findings(schema, "{n:0}"))
                .containsExactly("spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1");
        assertThat(findings(schema, "{n:11}"))
                .containsExactly("spec.n: Invalid value: 11: spec.n in body should be less than or equal to 10");
        assertThat(findings(schema, "{x:1}"))
                .containsExactly("spec.x: Invalid value: 1: spec.x in body should be less than 1");
        assertThat(findings(schema, "{m:7}"))
                .containsExactly("spec.m: Invalid value: 7: spec.m in body should be a multiple of 5");
        assertThat(findings(schema, "{s:'ab'}"))
                .containsExactly("spec.s: Invalid value: \"ab\": spec.s in body should be at least 3 chars long");
        assertThat(findings(schema, "{s:'abcdef'}")).containsExactly("spec.s: Too long: may not be more than 5 bytes");
        assertThat(findings(schema, "{l:[1]}"))
                .containsExactly("spec.l: Invalid value: 1: spec.l in body should have at least 2 items");
        assertThat(findings(schema, "{l:[1,2,3,4]}")).containsExactly("spec.l: Too many: 4: must have at most 3 items");
    }

    @Test
    void aMissingFieldIsRequired() {
        Structural schema = Structural.of(
                parse("{type:'object',required:['spec'],properties:{spec:{type:'object',required:['a']}}}"));
        assertThat(told(schema, parse("{}"), null)).containsExactly("spec: Required value");
        assertThat(told(schema, parse("{spec:{}}"), null)).containsExactly("spec.a: Required value");
    }

    @Test
    void alternativesAreToldOfNoField() {
        Structural schema = Structural.of(parse("""
                {type:'object',properties:{spec:{type:'object',
                  properties:{a:{type:'string'},b:{type:'string'}},
                  oneOf:[{required:['a']},{required:['b']}]}}}"""));
        assertThat(told(schema, parse("{spec:{a:'x'}}"), null)).isEmpty();
        assertThat(told(schema, parse("{spec:{a:'x',b:'y'}}"), null))
                .containsExactly("<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf)."
                        + " Found 2 valid alternatives");
        assertThat(told(schema, parse("{spec:{}}"), null))
                .startsWith("<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf)."
                        + " Found none valid")
                .contains("spec.a: Required value");
    }

    @Test
    void intOrStringTakesBoth() {
        Structural schema = spec("{port:{'x-kubernetes-int-or-string':true}}");
        assertThat(findings(schema, "{port:80}")).isEmpty();
        assertThat(findings(schema, "{port:'http'}")).isEmpty();
        assertThat(findings(schema, "{port:true}"))
                .containsExactly("spec.port: Invalid value: \"boolean\": spec.port in body must be of type"
                        + " integer,string: \"boolean\"");
    }

    @Test
    void itemsOfASetAndOfAMapAreThereOnce() {
        Structural schema = spec("""
                {s:{type:'array','x-kubernetes-list-type':'set',items:{type:'string'}},
                 m:{type:'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['k'],
                    items:{type:'object',properties:{k:{type:'string'},v:{type:'string'}}}}}""");
        assertThat(findings(schema, "{s:['a','b','a'],m:[{k:'x',v:'1'},{k:'x',v:'2'}]}"))
                .containsExactlyInAnyOrder(
                        "spec.s[2]: Duplicate value: \"a\"", "spec.m[1]: Duplicate value: {\"k\":\"x\"}");
    }

    @Test
    void whatWasWrongBeforeAndIsUnchangedIsLetBe() {
        Structural schema = spec("{n:{type:'integer',maximum:10},s:{type:'string'}}");
        JsonNode old = parse("{spec:{n:11,s:'a'}}");
        assertThat(told(schema, parse("{spec:{n:11,s:'b'}}"), old)).isEmpty();
        assertThat(told(schema, parse("{spec:{n:12,s:'a'}}"), old)).hasSize(1);
    }

    @Test
    void formatsAreChecked() {
        Structural schema = spec("{t:{type:'string',format:'date-time'},i:{type:'string',format:'ipv4'}}");
        assertThat(findings(schema, "{t:'2026-01-02T03:04:05Z',i:'10.0.0.1'}")).isEmpty();
        assertThat(findings(schema, "{t:'yesterday',i:'10.0.0.256'}"))
                .containsExactlyInAnyOrder(
                        "spec.t: Invalid value: \"yesterday\": spec.t in body must be of type date-time: \"yesterday\"",
                        "spec.i: Invalid value: \"10.0.0.256\": spec.i in body must be of type ipv4: \"10.0.0.256\"");
    }

    @Test
    void defaultsAreSetFromTheOutsideIn() {
        Structural schema = spec("""
                {a:{type:'object',default:{},properties:{b:{type:'integer',default:3}}},
                 l:{type:'array',items:{type:'object',properties:{c:{type:'string',default:'x'}}}}}""");
        assertThat(defaulted(schema, "{l:[{},{c:'y'}]}")).isEqualTo(parse("{l:[{c:'x'},{c:'y'}],a:{b:3}}"));
    }

    @Test
    void aNullIsKeptOnlyWhereItMayBe() {
        Structural schema = spec("""
                {foo:{type:'string',nullable:false,default:'default'},bar:{type:'string',nullable:true},
                 baz:{type:'string'}}""");
        assertThat(defaulted(schema, "{foo:null,bar:null,baz:null}")).isEqualTo(parse("{foo:'default',bar:null}"));
    }

    @Test
    void unknownFieldsGoUnlessTheyAreToBePreserved() {
        Structural schema = spec("""
                {a:{type:'object',properties:{b:{type:'string'}}},
                 p:{type:'object','x-kubernetes-preserve-unknown-fields':true,
                    properties:{q:{type:'object',properties:{r:{type:'string'}}}}},
                 l:{type:'array',items:{type:'object'}}}""");
        StructType type = KindForm.type("com.example.v1.Thing", schema, TYPES);
        ObjectNode object = parse("""
                {apiVersion:'example.com/v1',kind:'Thing',metadata:{name:'x',nope:1},
                 spec:{a:{b:'1',c:'2'},p:{x:{y:1},q:{r:'1',s:'2'}},l:[{z:1}]},other:1}""");
        List<FieldProblem> problems = TYPES.pruneAndValidate(type, object);
        assertThat(problems)
                .extracting(FieldProblem::path)
                .containsExactly("metadata.nope", "spec.a.c", "spec.p.q.s", "spec.l[0].z", "other");
        assertThat(object.get("spec")).isEqualTo(parse("{a:{b:'1'},p:{x:{y:1},q:{r:'1'}},l:[{}]}"));
    }

    @Test
    void aKindThatTakesAnythingIsAnyObjectInTheOlderDialect() {
        Structural schema = Structural.of(parse("""
                {type:'object','x-kubernetes-preserve-unknown-fields':true,
                 properties:{spec:{type:'object','x-kubernetes-preserve-unknown-fields':true}}}"""));
        StructType type = KindForm.type("com.example.v1.Thing", schema, TYPES);
        Function<String, ObjectNode> reference = name -> parse("{}").put("$ref", name);
        assertThat(type.form().openApi(true, reference)).isEqualTo(parse("{type:'object'}"));
        assertThat(type.form().openApi(false, reference).path("properties").propertyStream())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("spec", "apiVersion", "kind", "metadata");
    }

    @Test
    void anEmbeddedObjectSaysWhatItIs() {
        Structural schema = spec("""
                {o:{type:'object','x-kubernetes-embedded-resource':true,'x-kubernetes-preserve-unknown-fields':true}}""");
        assertThat(findings(schema, "{o:{apiVersion:'v1',kind:'Pod',metadata:{name:'a'}}}"))
                .isEmpty();
        assertThat(findings(schema, "{o:{kind:''}}"))
                .containsExactly(
                        "spec.o.apiVersion: Required value: must not be empty",
                        "spec.o.kind: Invalid value: \"\": must not be empty");
    }
}
