package io.flotilla.apiserver.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RawObjectTest {
    private static final String TEXT = "{\"f:a\":{},\"k:{\\\"name\\\":\\\"b\\\"}\":{\".\":{}}}";

    private static RawObject raw() {
        return new RawObject(TEXT.getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode parsed() {
        return JsonCodec.decodeTrusted(TEXT.getBytes(StandardCharsets.UTF_8));
    }

    private static String written(ObjectNode inner) {
        ObjectNode outer = JsonNodeFactory.instance.objectNode();
        outer.put("before", 1).set("fields", inner);
        outer.put("after", "x");
        return new String(JsonCodec.encode(outer), StandardCharsets.UTF_8);
    }

    @Test
    void isWrittenAsItsTextInTheMidstOfOthers() {
        RawObject raw = raw();

        assertThat(written(raw)).isEqualTo(written(parsed())).contains(TEXT);
        assertThat(raw.text()).isPresent();
    }

    @Test
    void oneLongerThanTheWritersBufferIsWrittenWhole() {
        String text = "{\"a\":\"" + "x".repeat(100_000) + "\"}";

        assertThat(written(new RawObject(text.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("{\"before\":1,\"fields\":" + text + ",\"after\":\"x\"}");
    }

    @Test
    void equalsWhatItsTextSaysWhoeverAsks() {
        assertThat(raw()).isEqualTo(raw());
        assertThat((ObjectNode) raw()).isEqualTo(parsed()).hasSameHashCodeAs(parsed());
        assertThat(parsed()).isEqualTo(raw());
        assertThat((ObjectNode) raw()).isNotEqualTo(parsed().put("more", 1));
    }

    @Test
    void canBeLookedIntoAndChangedWithoutItsCopies() {
        RawObject raw = raw();
        ObjectNode copy = raw.deepCopy();

        raw.putObject("f:c");

        assertThat(raw.text()).isEmpty();
        assertThat(raw.get("f:a")).isEmpty();
        assertThat(raw.size()).isEqualTo(3);
        assertThat(written(raw)).contains("\"f:c\":{}");
        assertThat(copy).isEqualTo(parsed()).isNotEqualTo(raw);
        assertThat(raw.deepCopy().remove("f:a")).isNotNull();
        assertThat(raw.has("f:a")).isTrue();
    }

    @Test
    void isPrettyWhereTheWriterIs() {
        assertThat(JsonCodec.encodePretty(raw())).isEqualTo(JsonCodec.encodePretty(parsed()));
        assertThat(raw().toString()).isEqualTo(parsed().toString());
    }

    @Test
    void knowsThatItIsEmptyWithoutALook() {
        RawObject empty = new RawObject("{}".getBytes(StandardCharsets.UTF_8));

        assertThat(empty.isEmpty()).isTrue();
        assertThat(raw().isEmpty()).isFalse();
        assertThat(empty.text()).isPresent();
    }
}
