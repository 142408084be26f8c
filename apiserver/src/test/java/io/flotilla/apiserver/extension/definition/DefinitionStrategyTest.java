package io.flotilla.apiserver.extension.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionStrategyTest {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();

    private static ObjectNode parse(String text) {
        try {
            return (ObjectNode) LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<String> findings(Consumer<ObjectNode> change) {
        ObjectNode spec = parse("""
                {group:'example.com',scope:'Namespaced',
                 names:{plural:'things',singular:'thing',kind:'Thing',listKind:'ThingList'},
                 versions:[{name:'v1',served:true,storage:true,schema:{openAPIV3Schema:{type:'object'}}}],
                 conversion:{strategy:'None'}}""");
        change.accept(spec);
        Findings findings = new Findings();
        new SpecRules(true, findings)
                .check(Field.of(parse("{}").set("spec", spec)).at("spec"));
        return findings.list().stream()
                .map(each -> each.field() + ": " + each.body())
                .toList();
    }

    private static List<String> schemaFindings(String schema) {
        return findings(spec -> ((ObjectNode) spec.at("/versions/0/schema")).set("openAPIV3Schema", parse(schema)));
    }

    @Test
    void aSoundDefinitionHasNoFindings() {
        assertThat(findings(_ -> {})).isEmpty();
    }

    @Test
    void theGroupIsADomain() {
        assertThat(findings(spec -> spec.put("group", "example")))
                .containsExactly("spec.group: Invalid value: \"example\": should be a domain with at least one dot");
        assertThat(findings(spec -> spec.put("group", ""))).containsExactly("spec.group: Required value");
    }

    @Test
    void exactlyOneVersionIsStored() {
        assertThat(findings(spec -> ((ObjectNode) spec.at("/versions/0")).put("storage", false)))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("spec.versions: Invalid value: ")
                .endsWith("must have exactly one version marked as storage version");
        assertThat(findings(spec -> {
                    ArrayNode versions = (ArrayNode) spec.get("versions");
                    versions.add(versions.get(0).deepCopy());
                }))
                .hasSize(2);
    }

    @Test
    void everyVersionHasASchema() {
        assertThat(findings(spec -> ((ObjectNode) spec.at("/versions/0")).remove("schema")))
                .containsExactly("spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required");
    }

    private static List<String> costFindings(int maxItems, int maxLength, String rule) {
        return schemaFindings("{type:'object',properties:{tags:{type:'array'"
                + (maxItems > 0 ? ",maxItems:" + maxItems : "") + ",items:{type:'string'"
                + (maxLength > 0 ? ",maxLength:" + maxLength : "") + "},'x-kubernetes-validations':[" + rule + "]}}}");
    }

    /** The limits were measured on Kubernetes 1.36. */
    @ParameterizedTest
    @CsvSource({"16, 909090", "63, 333333", "253, 94339", "1024, 24154"})
    void aRuleIsAsExpensiveAsInKubernetes(int maxLength, int maxItems) {
        String rule = "{rule:\"self.all(x, x.contains('gpu'))\"}";
        assertThat(costFindings(maxItems, maxLength, rule)).isEmpty();
        assertThat(costFindings(maxItems + 1, maxLength, rule))
                .singleElement()
                .asString()
                .startsWith("spec.versions[0].schema.openAPIV3Schema.properties[tags].x-kubernetes-validations[0].rule:"
                        + " Forbidden: estimated rule cost exceeds budget by factor of 1.0");
    }

    @Test
    void aRuleWithoutBoundsIsTooExpensive() {
        String schema = "spec.versions[0].schema.openAPIV3Schema";
        String rule = schema + ".properties[tags].x-kubernetes-validations[0].";
        String advice = " exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems,"
                + " maxProperties, and maxLength where arrays, maps, and strings are declared)";
        assertThat(costFindings(0, 0, "{rule:\"self.all(x, x.contains('gpu'))\"}"))
                .containsExactly(
                        rule + "rule: Forbidden: estimated rule cost" + advice,
                        rule
                                + "rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire"
                                + " OpenAPIv3 schema",
                        schema + ": Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3"
                                + " schema" + advice);
        assertThat(costFindings(5, 0, "{rule:'size(self) > 1',messageExpression:\"'has ' + string(size(self))\"}"))
                .contains(rule + "messageExpression: Forbidden: estimated messageExpression cost" + advice);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{rule:'self == oldSelf'}",
                "{rule:\"self.all(x, x.startsWith('a') || x in ['b', 'c'])\"}",
                "{rule:'size(self) < 5',messageExpression:\"'at most %d'.format([5])\"}",
                "{rule:\"cel.bind(list, self, list.exists(x, x == 'gpu'))\"}",
                "{rule:'self.isSorted()'}",
                "{rule:\"self[0].matches('^[a-z]+$')\"}"
            })
    void usualRulesAreAffordable(String rule) {
        assertThat(costFindings(100, 100, rule)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{rule:'self.all(a, self.all(b, self.all(c, a == b)))'}",
                "{rule:\"self.all(a, self.map(b, b + a).join('').matches('x*y*z*x*y*z*'))\"}",
                "{rule:\"cel.bind(list, self, list.all(a, list.all(b, list.exists(c, a.contains(b)))))\"}"
            })
    void loopsWithinLoopsAreNot(String rule) {
        assertThat(costFindings(1000, 100, rule))
                .first()
                .asString()
                .contains("estimated rule cost exceeds budget by factor of");
    }

    @Test
    void aRuleBelowListsCostsAsOftenAsThereAreItems() {
        String inner = "{type:'object',properties:{list:{type:'array'%s,items:{type:'object',properties:{s:"
                + "{type:'string',maxLength:1000}},'x-kubernetes-validations':[{rule:\"self.s.matches('^[a-z]+$')\"}]}}}}";
        assertThat(schemaFindings(String.format(inner, ",maxItems:1000"))).isEmpty();
        assertThat(schemaFindings(String.format(inner, "")))
                .first()
                .asString()
                .contains("estimated rule cost exceeds budget by factor of");
    }

    private static List<String> conversionFindings(String conversion) {
        return findings(spec -> spec.set("conversion", parse(conversion)));
    }

    @Test
    void aConversionWebhookSaysWhereItIsAndWhatItUnderstands() {
        assertThat(conversionFindings("{strategy:'Webhook'}"))
                .containsExactly(
                        "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook",
                        "spec.conversion.conversionReviewVersions: Required value");
        assertThat(conversionFindings("{strategy:'Webhook',webhook:{clientConfig:{},conversionReviewVersions:['v1']}}"))
                .containsExactly(
                        "spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required");
        assertThat(conversionFindings("{strategy:'Webhook',webhook:{clientConfig:{url:'http://here'},"
                        + "conversionReviewVersions:['v2','v2','V']}}"))
                .containsExactly(
                        "spec.conversion.webhookClientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL"
                                + " scheme; desired format: https://host[/path]",
                        "spec.conversion.conversionReviewVersions[1]: Invalid value: \"v2\": duplicate version",
                        "spec.conversion.conversionReviewVersions[2]: Invalid value: \"V\": a DNS-1035 label must consist"
                                + " of lower case alphanumeric characters or '-', start with an alphabetic character, and"
                                + " end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for"
                                + " validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
                        "spec.conversion.conversionReviewVersions: Invalid value: [\"v2\",\"v2\",\"V\"]: must include at"
                                + " least one of v1, v1beta1");
        assertThat(conversionFindings("{strategy:'Webhook',webhook:{clientConfig:{service:{name:'',namespace:'n',"
                        + "port:70000,path:'xy'}},conversionReviewVersions:['v1beta1']}}"))
                .containsExactly(
                        "spec.conversion.webhookClientConfig.service.name: Required value: service name is required",
                        "spec.conversion.webhookClientConfig.service.port: Invalid value: 70000: port is not valid: must"
                                + " be between 1 and 65535, inclusive",
                        "spec.conversion.webhookClientConfig.service.path: Invalid value: \"xy\": must start with a '/'");
    }

    @Test
    void withoutAWebhookNoneIsConfigured() {
        assertThat(conversionFindings("{strategy:'None',webhook:{clientConfig:{url:'https://here'},"
                        + "conversionReviewVersions:['v1']}}"))
                .containsExactly(
                        "spec.conversion.webhookClientConfig: Forbidden: should not be set when strategy is not set to"
                                + " Webhook",
                        "spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set"
                                + " to Webhook");
        assertThat(conversionFindings("{strategy:'Magic'}"))
                .first()
                .isEqualTo("spec.conversion.strategy: Unsupported value: \"Magic\": supported values: \"None\","
                        + " \"Webhook\"");
    }

    @Test
    void theScopeIsOneOfTwo() {
        assertThat(findings(spec -> spec.put("scope", "Planet")))
                .containsExactly(
                        "spec.scope: Unsupported value: \"Planet\": supported values: \"Cluster\", \"Namespaced\"");
    }

    @Test
    void everyFieldOfASchemaHasAType() {
        assertThat(schemaFindings("{}"))
                .containsExactly(
                        "spec.versions[0].schema.openAPIV3Schema.type: Required value: must not be empty at the root");
        assertThat(schemaFindings("{type:'object',properties:{a:{}}}"))
                .containsExactly("spec.versions[0].schema.openAPIV3Schema.properties[a].type: Required value:"
                        + " must not be empty for specified object fields");
        assertThat(schemaFindings("{type:'object',properties:{a:{type:'array',items:{}}}}"))
                .containsExactly("spec.versions[0].schema.openAPIV3Schema.properties[a].items.type: Required value:"
                        + " must not be empty for specified array items");
    }

    @Test
    void aListThatIsAMapNamesKeysThatItsItemsHave() {
        assertThat(schemaFindings("""
                {type:'object',properties:{l:{type:'array','x-kubernetes-list-type':'map',
                  'x-kubernetes-list-map-keys':['k','n'],
                  items:{type:'object',properties:{k:{type:'string'}}}}}}"""))
                .containsExactly(
                        "spec.versions[0].schema.openAPIV3Schema.properties[l].items.properties[k].default: Required"
                                + " value: this property is in x-kubernetes-list-map-keys, so it must have a default or"
                                + " be a required property",
                        "spec.versions[0].schema.openAPIV3Schema.properties[l].x-kubernetes-list-map-keys[1]: Invalid"
                                + " value: \"n\": entries must all be names of item properties");
    }

    @Test
    void whatStandsBelowAJunctorSaysNothingOfTypes() {
        assertThat(schemaFindings("{type:'object',properties:{a:{type:'string',anyOf:[{type:'string'}]}}}"))
                .containsExactly("spec.versions[0].schema.openAPIV3Schema.properties[a].anyOf[0].type: Forbidden:"
                        + " must be empty to be structural");
        assertThat(schemaFindings("{type:'object',anyOf:[{properties:{b:{maxLength:1}}}]}"))
                .containsExactly("spec.versions[0].schema.openAPIV3Schema.properties[b]: Required value: because it is"
                        + " defined in spec.versions[0].schema.openAPIV3Schema.anyOf[0].properties[b]");
    }

    @Test
    void rulesAreReadAgainstTheTypesOfTheSchema() {
        String rule = "spec.versions[0].schema.openAPIV3Schema.properties[a].x-kubernetes-validations[0].rule";
        assertThat(schemaFindings("""
                {type:'object',properties:{a:{type:'object',properties:{n:{type:'integer'}},
                  'x-kubernetes-validations':[{rule:'self.m > 1'}]}}}"""))
                .singleElement()
                .asString()
                .startsWith(rule + ": Invalid value: \"self.m > 1\": compilation failed: ERROR: <input>:1:5:"
                        + " undefined field 'm'");
    }

    @Test
    void itemsThatCannotBeToldApartHaveNoOldSelf() {
        String list = "spec.versions[0].schema.openAPIV3Schema.properties[l]";
        assertThat(schemaFindings("""
                {type:'object',properties:{l:{type:'array',maxItems:9,items:{type:'string',
                  'x-kubernetes-validations':[{rule:'self == oldSelf'}]}}}}"""))
                .containsExactly(list + ".items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\":"
                        + " oldSelf cannot be used on the uncorrelatable portion of the schema within " + list);
    }

    @Test
    void aDefaultSatisfiesItsSchema() {
        assertThat(schemaFindings("{type:'object',properties:{n:{type:'integer',default:'x'}}}"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("spec.versions[0].schema.openAPIV3Schema.properties[n].default: Invalid value: \"string\"");
    }

    @Test
    void scalesPointIntoSpecAndStatus() {
        assertThat(findings(spec -> ((ObjectNode) spec.at("/versions/0"))
                        .set("subresources", parse("{scale:{specReplicasPath:'.status.n',statusReplicasPath:''}}"))))
                .containsExactly(
                        "spec.versions[0].subresources.scale.specReplicasPath: Invalid value: \".status.n\": should be"
                                + " a json path under .spec",
                        "spec.versions[0].subresources.scale.statusReplicasPath: Required value");
    }
}
