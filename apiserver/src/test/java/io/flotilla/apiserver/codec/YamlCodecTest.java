package io.flotilla.apiserver.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.FieldProblem;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlCodecTest {
    private static ObjectNode yaml(String text) {
        return YamlCodec.decode(text.getBytes(StandardCharsets.UTF_8)).object();
    }

    @ParameterizedTest
    @CsvSource({
        "yes,true",
        "on,true",
        "y,true",
        "True,true",
        "no,false",
        "off,false",
        "N,false",
        "~,null",
        "null,null",
        "0644,420",
        "0x1F,31",
        "0b101,5",
        "0o17,15",
        "1_000,1000",
        "1.5,1.5",
        "1e3,1000.0",
        ".5,0.5",
        "-7,-7",
        "+7,7",
        "12e03,12000.0",
        "9223372036854775808,9.223372036854776E18"
    })
    void plainScalarsMeanWhatTheyMeanToKubernetes(String text, String json) {
        assertThat(yaml("a: " + text).get("a").toString()).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3", "v1", "2001-01-01", "1:30", "nginx:1.7.9", "-", "1_000m", "Yess", "10Gi"})
    void otherScalarsAreStrings(String text) {
        assertThat(yaml("a: " + (text.equals("-") ? "'-'" : text)).get("a").asText())
                .isEqualTo(text);
        assertThat(yaml("a: " + (text.equals("-") ? "'-'" : text)).get("a").isTextual())
                .isTrue();
    }

    @Test
    void quotedAndTaggedScalarsAreStrings() {
        ObjectNode object = yaml("a: 'yes'\nb: \"1\"\nc: !!str 123\nd: |\n  x\n  y\n");
        assertThat(object.toString()).isEqualTo("{\"a\":\"yes\",\"b\":\"1\",\"c\":\"123\",\"d\":\"x\\ny\\n\"}");
    }

    @Test
    void keysBecomeStringsAndAnchorsAndMergesAreFollowed() {
        assertThat(yaml("1: a\ntrue: b\ns: &x {p: 1, q: 2}\nt:\n  <<: *x\n  q: 3\nu: *x\n")
                        .toString())
                .isEqualTo(
                        "{\"1\":\"a\",\"true\":\"b\",\"s\":{\"p\":1,\"q\":2},\"t\":{\"q\":3,\"p\":1},\"u\":{\"p\":1,\"q\":2}}");
    }

    @Test
    void repeatedKeysAreToldAndOnlyTheFirstDocumentCounts() {
        Decoded decoded = YamlCodec.decode("spec:\n  a: 1\n  a: 2\n---\nother: 1\n".getBytes(StandardCharsets.UTF_8));
        assertThat(decoded.duplicates().stream().map(FieldProblem::message))
                .containsExactly("duplicate field \"spec.a\"");
        assertThat(decoded.object().toString()).isEqualTo("{\"spec\":{\"a\":2}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"- a", "a", "", "a: [", "a: b: c", "a: .inf", "? [x]\n: 1", "\t- x", "a: *nope"})
    void whatIsNoObjectIsRefused(String text) {
        assertThatThrownBy(() -> yaml(text)).isInstanceOf(MalformedException.class);
    }

    @Test
    void aliasesDoNotExplode() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(10)));
        }
        assertThatThrownBy(() -> yaml(bomb.toString())).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> yaml("a: " + "[".repeat(5000) + "]".repeat(5000)))
                .isInstanceOf(MalformedException.class);
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        ObjectNode object =
                JsonCodec.decode("""
                        {"b":{"empty":{},"list":[],"n":null,"t":true,"i":1,"d":1.5},
                         "a":["x",["y"],{"k":"v","l":["z"]},"yes","1","null","","- x","a: b","#c","a #b"," lead","trail ",
                         "multi\\nline\\n","keep\\n\\n","no end\\nnewline","tab\\t","\\u0085\\u2028","é","2001-01-01",
                         "nginx:1.7.9","http://x/y?z","{a}","[b]","*c","&d","!e","%f","@g","`h","'i'","\\"j\\"","a:","-","?",
                         "0x10","1e3",".5","~"],"key: with":"x","true":"y"}""".getBytes(StandardCharsets.UTF_8)).object();
        byte[] yaml = YamlCodec.encode(object);
        assertThat(YamlCodec.decode(yaml).object()).isEqualTo(object);
        assertThat(new String(
                        YamlCodec.encode(yaml("spec: {containers: [{name: a, image: 'nginx:1.7.9'}]}")),
                        StandardCharsets.UTF_8))
                .isEqualTo("spec:\n  containers:\n  - image: nginx:1.7.9\n    name: a\n");
    }
}
