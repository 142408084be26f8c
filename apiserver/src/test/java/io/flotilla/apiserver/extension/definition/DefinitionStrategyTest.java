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
                {type:'object',properties:{l:{type:'array',items:{type:'string',
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
