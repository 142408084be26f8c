package io.flotilla.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonCursorTest {
    private static JsonCursor on(String json) {
        return new JsonCursor(json.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> scalars(JsonCursor in) {
        List<String> found = new ArrayList<>();
        in.enterObject();
        while (in.nextMember()) {
            found.add(in.name() + "=" + in.scalar());
        }
        return found;
    }

    @Test
    void membersAreReadAsTextWhateverTheyAre() {
        assertThat(scalars(on(
                        "{\"a\":\"x\",\"b\":-1.5e3,\"c\":true,\"d\":null,\"e\":{\"a\":1},\"f\":[1,[2]],\"g\":\"\"}")))
                .containsExactly("a=x", "b=-1.5e3", "c=true", "d=null", "e=null", "f=null", "g=");
    }

    @Test
    void whiteSpaceIsNoPartOfAnything() {
        assertThat(scalars(on(" {\n\t\"a\" : 1 ,\r\n \"b\" : [ 1 , { } ] , \"c\" : \"x\" } ")))
                .containsExactly("a=1", "b=null", "c=x");
    }

    @Test
    void escapesAreUnderstood() {
        assertThat(scalars(on("{\"k:{\\\"name\\\":\\\"a\\\\\\\"}\":\"\\u00e4\\n\\\"}\",\"ü\":\"ß\"}")))
                .containsExactly("k:{\"name\":\"a\\\"}=ä\n\"}", "ü=ß");
    }

    @Test
    void bracesAndQuotesInStringsDoNotCount() {
        assertThat(scalars(on("{\"a\":{\"b\":\"}]\\\"{\",\"c\":[\"]\"]},\"d\":1}")))
                .containsExactly("a=null", "d=1");
    }

    @Test
    void arraysAreWalked() {
        var in = on("[\"a\",[],{\"b\":1}]");
        assertThat(in.enterObject()).isFalse();
        assertThat(in.enterArray()).isTrue();
        assertThat(in.nextElement()).isTrue();
        assertThat(in.scalar()).isEqualTo("a");
        assertThat(in.nextElement()).isTrue();
        assertThat(in.scalar()).isNull();
        assertThat(in.nextElement()).isTrue();
        assertThat(in.isObject()).isTrue();
        in.skipValue();
        assertThat(in.nextElement()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"x", "{\"a", "{\"a\":{\"b\":[1,", "{", "{\"a\":\"\\"})
    void whatIsCutOffFails(String json) {
        assertThatThrownBy(() -> scalars(on(json))).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
