package io.flotilla.apiserver.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.FuzzSeeds;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes come in, they are refused in so many words, or read into what can be written and read again. */
class CodecFuzzTest {
    private static final Schema SCHEMA = Schema.load();
    private static final ProtobufCodec PROTOBUF = new ProtobufCodec(SCHEMA);
    private static final List<ResourceInfo> RESOURCES = SCHEMA.resources();

    static Stream<byte[]> json() {
        return Stream.concat(
                FuzzSeeds.fixtures("json"),
                FuzzSeeds.texts(
                        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"},\"spec\":{}}",
                        "{\"a\":1,\"a\":2,\"b\":[1.5e3,-0,12345678901234567890,null,true]}",
                        "{\"a\":\"\\ud800\",\"\\udc00\":\"\\u0000\"}",
                        "{\"a\":\"" + "x".repeat(300) + "\\n\"}",
                        "[[[[]]]]",
                        "{\"a\":1e308,\"b\":1e-400,\"c\":-1.0E+2}",
                        "\uFEFF{}",
                        "{} {}"));
    }

    @MethodSource
    @FuzzTest
    void json(byte[] input) {
        try {
            JsonCodec.decodeAny(input);
            ObjectNode object = JsonCodec.decode(input).object();
            rereads(object);
            rereadsAsYaml(object);
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    static Stream<byte[]> yaml() {
        return Stream.concat(
                FuzzSeeds.fixtures("yaml"),
                FuzzSeeds.texts(
                        "kind: Pod\napiVersion: v1\nmetadata:\n  name: a\n",
                        "a: &x [1, 2]\nb: *x\nc: {<<: {d: 1}, e: .5}\n",
                        "a: |\n  text\n   more\nb: >-\n  folded\n",
                        "a: 0x1f\nb: 0o17\nc: 1_000\nd: 1e3\ne: ~\nf: yes\n",
                        "? a\n: b\n",
                        "{\"a\": \"\\uD800\"}",
                        "- a\n- b\n",
                        "--- {}\n--- {}\n"));
    }

    @MethodSource
    @FuzzTest
    void yaml(byte[] input) {
        try {
            ObjectNode object = YamlCodec.decode(input).object();
            rereads(object);
            rereadsAsYaml(object);
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    static Stream<byte[]> protobuf() {
        return Stream.concat(FuzzSeeds.fixtures("pb"), FuzzSeeds.texts("k8s\0", "k8s\0\n\t\n\002v1\022\003Pod\022\0"));
    }

    @MethodSource
    @FuzzTest
    void protobuf(byte[] input) {
        try {
            ObjectNode object = PROTOBUF.decode(input, "v1", Set.of(), "Pod");
            String apiVersion = object.path("apiVersion").asText("v1");
            String kind = object.path("kind").asText("Pod");
            stored(
                    SCHEMA.kind(apiVersion, kind).orElseThrow(),
                    object.put("apiVersion", apiVersion).put("kind", kind));
        } catch (MalformedException | TypeErrorException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** Two bytes say which kind it is, the rest is a bare message. */
    static Stream<byte[]> messages() {
        return Stream.iterate(0, i -> i < RESOURCES.size(), i -> i + 1)
                .map(i -> new byte[] {(byte) (i >> 8), (byte) (int) i, 0x0a, 0x03, 0x0a, 0x01, 'a'});
    }

    @MethodSource("messages")
    @FuzzTest
    void protobufOfKinds(byte[] input) {
        if (input.length < 2) {
            return;
        }
        ResourceInfo resource = resource(input);
        ReverseWriter out = new ReverseWriter(64 + input.length);
        out.textField(4, "");
        out.textField(3, "");
        out.bytesField(2, Arrays.copyOfRange(input, 2, input.length));
        int mark = out.length();
        out.textField(2, resource.kind());
        out.textField(1, resource.apiVersion());
        out.close(1, mark);
        out.bytes(new byte[] {'k', '8', 's', 0});
        protobuf(out.toByteArray());
    }

    /** Two bytes say which kind it is, the rest is JSON. */
    static Stream<byte[]> typed() {
        byte[] body = ("{\"metadata\":{\"name\":\"a\",\"creationTimestamp\":\"2026-01-02T03:04:05Z\","
                        + "\"labels\":{\"a\":\"b\"}},\"spec\":{\"selector\":{},\"template\":{},\"ports\":[{}]},"
                        + "\"status\":{\"conditions\":[{}]},\"data\":{},\"rules\":[{}],\"webhooks\":[{}]}")
                .getBytes(StandardCharsets.UTF_8);
        return Stream.iterate(0, i -> i < RESOURCES.size(), i -> i + 1).map(i -> {
            byte[] seed = new byte[body.length + 2];
            seed[0] = (byte) (i >> 8);
            seed[1] = (byte) (int) i;
            System.arraycopy(body, 0, seed, 2, body.length);
            return seed;
        });
    }

    @MethodSource("typed")
    @FuzzTest
    void typedJson(byte[] input) {
        if (input.length < 2) {
            return;
        }
        ResourceInfo resource = resource(input);
        try {
            ObjectNode object = JsonCodec.decode(input, 2, input.length - 2).object();
            object.put("kind", resource.kind()).put("apiVersion", resource.apiVersion());
            stored(SCHEMA.type(resource), object);
        } catch (MalformedException | TypeErrorException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static ResourceInfo resource(byte[] input) {
        return RESOURCES.get((((input[0] & 0xff) << 8) | (input[1] & 0xff)) % RESOURCES.size());
    }

    /** Decodes into the type, and goes every way that a stored object can go. */
    private static void stored(StructType type, ObjectNode object) {
        SCHEMA.pruneAndValidate(type, object);
        SCHEMA.applyDefaults(type, object);
        rereads(object);
        ObjectNode back = PROTOBUF.decode(PROTOBUF.encode(type, object));
        SCHEMA.pruneAndValidate(type, back);
        rereads(back);
        ObjectNode again = PROTOBUF.decode(PROTOBUF.encode(type, back));
        SCHEMA.pruneAndValidate(type, again);
        assertThat(again).isEqualTo(back);
    }

    /** YAML's numbers are as wide as Go's. */
    private static void rereadsAsYaml(ObjectNode object) {
        ObjectNode back = YamlCodec.decode(YamlCodec.encode(object)).object();
        assertThat(back.equals(CodecFuzzTest::compare, object))
                .as("%s became %s", object, back)
                .isTrue();
    }

    private static int compare(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? Double.compare(one.doubleValue(), other.doubleValue())
                : one.equals(other) ? 0 : 1;
    }

    private static void rereads(ObjectNode object) {
        assertThat(JsonCodec.decode(JsonCodec.encode(object)).object()).isEqualTo(object);
        if (object.path("metadata").isObject() || object.path("metadata").isMissingNode()) {
            byte[] stored = StoredForm.encode(object);
            assertThat(StoredForm.parse(stored).has("metadata")).isTrue();
        }
    }
}
