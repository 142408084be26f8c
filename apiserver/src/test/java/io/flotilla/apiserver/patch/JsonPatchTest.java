package io.flotilla.apiserver.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.request.StatusException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPatchTest {
    static JsonNode json(String text) {
        return JsonCodec.decodeAny(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{'a':1} | [{'op':'add','path':'/b','value':2}] | {'a':1,'b':2}",
                "{'a':[1,3]} | [{'op':'add','path':'/a/1','value':2}] | {'a':[1,2,3]}",
                "{'a':[1]} | [{'op':'add','path':'/a/-','value':2}] | {'a':[1,2]}",
                "{'a':[1,2]} | [{'op':'remove','path':'/a/-1'}] | {'a':[1]}",
                "{'a':{'b/c':1,'d~e':2}} | [{'op':'remove','path':'/a/b~1c'},{'op':'remove','path':'/a/d~0e'}] | {'a':{}}",
                "{'a':1} | [{'op':'replace','path':'/a','value':null}] | {'a':null}",
                "{'a':1} | [{'op':'move','from':'/a','path':'/b'}] | {'b':1}",
                "{'a':{'x':1}} | [{'op':'copy','from':'/a','path':'/b'},{'op':'add','path':'/b/x','value':2}] | {'a':{'x':1},'b':{'x':2}}",
                "{'a':1} | [{'op':'test','path':'/a','value':1.0},{'op':'test','path':'/b','value':null}] | {'a':1}",
                "{'a':1} | [] | {'a':1}",
            })
    void operationsDoWhatTheRfcSays(String object, String patch, String expected) {
        assertThat(JsonPatch.apply(object(object), json(patch))).isEqualTo(json(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "[{'op':'remove','path':'/x'}] | remove operation does not apply: doc is missing path: '/x'",
                "[{'op':'replace','path':'/x','value':1}] | replace operation does not apply: doc is missing path: '/x'",
                "[{'op':'add','path':'/x/y','value':1}] | add operation does not apply: doc is missing path: '/x/y'",
                "[{'op':'add','path':'/list/9','value':1}] | add operation does not apply: doc is missing path: '/list/9': invalid index referenced",
                "[{'op':'test','path':'/a','value':2}] | testing value /a failed: test failed",
                "[{'op':'move','from':'/x','path':'/y'}] | get operation does not apply: doc is missing path: '/x'",
                "[{'op':'nope','path':'/a'}] | Unexpected kind: nope",
                "[{'path':'/a'}] | missing or malformed op of an operation",
                "[{'op':'remove','path':''}] | remove operation does not apply: doc is missing path: ''",
                "[{'op':'replace','path':'','value':1}] | the patched document is not an object",
            })
    void whatDoesNotFitIsRefused(String patch, String why) {
        assertThatThrownBy(() -> JsonPatch.apply(object("{'a':1,'list':[]}"), json(patch)))
                .isInstanceOf(UnfitPatchException.class)
                .hasMessage(why.replace('\'', '"'));
    }

    @Test
    void aMillionOperationsAreRefusedBeforeTheFirst() {
        String many =
                "[" + "{'op':'test','path':'/a','value':1},".repeat(10_000) + "{'op':'test','path':'/a','value':1}]";
        assertThatThrownBy(() -> JsonPatch.apply(object("{'a':1}"), json(many)))
                .hasMessage("Request entity too large: The allowed maximum operations in a JSON patch is 10000, got"
                        + " 10001")
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.code()).isEqualTo(413));
    }

    @Test
    void copiesOfCopiesEnd() {
        StringBuilder bomb = new StringBuilder("[{'op':'add','path':'/l','value':[1,1,1,1]}");
        for (int i = 0; i < 60; i++) {
            bomb.append(",{'op':'copy','from':'/l','path':'/l/-'}");
        }
        assertThatThrownBy(() -> JsonPatch.apply(object("{}"), json(bomb + "]")))
                .isInstanceOf(UnfitPatchException.class)
                .hasMessageContaining("Unable to complete the copy");
    }

    @Test
    void mergePatchesSetRemoveAndReplaceLists() {
        ObjectNode object = object("{'a':{'b':1,'c':2},'l':[1,2],'x':'y'}");
        MergePatch.apply(object, object("{'a':{'b':null,'d':{'e':null,'f':1}},'l':[3],'x':{'z':null}}"));
        assertThat(object).isEqualTo(json("{'a':{'c':2,'d':{'f':1}},'l':[3],'x':{}}"));
    }
}
