package io.flotilla.apiserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.codec.ProtobufCodec;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.storage.Versioned;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProtobufListBodyTest {
    private static final Schema SCHEMA = Schema.load();
    private static final StructType TYPE = SCHEMA.kind("v1", "ConfigMap").orElseThrow();
    private static final ObjectNode METADATA =
            JsonNodeFactory.instance.objectNode().put("resourceVersion", "77").put("continue", "more");

    private final ProtobufCodec codec = new ProtobufCodec(SCHEMA);
    private final AtomicInteger encoded = new AtomicInteger();

    @Test
    void aListThatIsKeptIsEncodedOnceAndReadBackWhole() {
        assertReadBack(body(items(300, 1_000), Long.MAX_VALUE), 300);
        assertThat(encoded).hasValue(300);
    }

    @Test
    void aListTooLongToBeKeptIsEncodedAgainAsItIsSent() {
        List<CachedObject> items = items(300, 1_000);
        byte[] kept = body(items, Long.MAX_VALUE).whole();
        encoded.set(0);
        assertThat(body(items, 100_000).whole()).isEqualTo(kept);
        assertThat(encoded).hasValue(600);
    }

    @Test
    void aListWithoutItemsHasItsMetadata() {
        assertReadBack(body(List.of(), 0), 0);
    }

    @Test
    void aPieceIsNoLongerThanItsLastItemMakesIt() {
        ProtobufListBody body = body(items(500, 1_000), 0);
        int pieces = 0;
        for (Optional<ByteBuf> piece = body.next(UnpooledByteBufAllocator.DEFAULT);
                piece.isPresent();
                piece = body.next(UnpooledByteBufAllocator.DEFAULT)) {
            pieces++;
            assertThat(piece.get().readableBytes()).isLessThan(PiecewiseBody.PIECE + 2_000);
            piece.get().release();
        }
        assertThat(pieces).isGreaterThan(7);
    }

    @Test
    void itTellsWhetherItIsLong() {
        int length = body(items(10, 100), 0).whole().length;
        ProtobufListBody body = body(items(10, 100), 0);
        assertThat(body.exceeds(length - 1)).isTrue();
        assertThat(body.exceeds(length)).isFalse();
    }

    private void assertReadBack(ProtobufListBody body, int count) {
        ObjectNode list = codec.decode(body.whole());
        assertThat(list.path("kind").asText()).isEqualTo("ConfigMapList");
        assertThat(list.path("apiVersion").asText()).isEqualTo("v1");
        assertThat(list.at("/metadata/resourceVersion").asText()).isEqualTo("77");
        assertThat(list.at("/metadata/continue").asText()).isEqualTo("more");
        assertThat(list.path("items")).hasSize(count);
        int i = 0;
        for (JsonNode item : list.path("items")) {
            assertThat(item.at("/metadata/name").asText()).isEqualTo("c" + i);
            assertThat(item.at("/data/index").asText()).isEqualTo(Integer.toString(i));
            i++;
        }
    }

    private ProtobufListBody body(List<CachedObject> items, long most) {
        return new ProtobufListBody(
                bytes -> codec.listHead("v1", "ConfigMapList", METADATA, bytes),
                items,
                item -> {
                    encoded.incrementAndGet();
                    return codec.listItem(TYPE, StoredForm.parse(item.json()));
                },
                most);
    }

    private static List<CachedObject> items(int count, int length) {
        return IntStream.range(0, count)
                .mapToObj(i -> item(i, "x".repeat(length)))
                .toList();
    }

    private static CachedObject item(int index, String text) {
        String json = "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"c" + index
                + "\"},\"data\":{\"index\":\"" + index + "\",\"text\":\"" + text + "\"}}";
        return StoredForm.decode(
                "ns/c" + index,
                new Versioned("/registry/configmaps/ns/c" + index, json.getBytes(StandardCharsets.UTF_8), 5),
                SelectableFields.of("", "configmaps"));
    }
}
