package io.flotilla.apiserver.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.Bytes;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.SharedFacts;
import io.flotilla.apiserver.schema.StructType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ProtobufCodecTest {
    private static final Schema SCHEMA = Schema.load();
    private static final ProtobufCodec CODEC = new ProtobufCodec(SCHEMA);

    private static ObjectNode object(String json) {
        return JsonCodec.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .object();
    }

    private static StructType type(Path file, ObjectNode object) {
        return SCHEMA.kind(
                        object.path("apiVersion").asText("v1"),
                        object.path("kind").asText(SharedFacts.kind(file)))
                .orElseThrow();
    }

    private static Path sibling(Path file, String extension) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.') + 1) + extension);
    }

    @TestFactory
    Stream<DynamicTest> jsonFixturesBecomeTheirProtobufByteForByte() {
        return SharedFacts.fixtures("json").stream()
                .filter(file -> Files.exists(sibling(file, "pb")))
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    ObjectNode object =
                            JsonCodec.decode(Files.readAllBytes(file)).object();
                    assertThat(CODEC.encode(type(file, object), object))
                            .isEqualTo(Files.readAllBytes(sibling(file, "pb")));
                }));
    }

    @TestFactory
    Stream<DynamicTest> protobufFixturesBecomeTheirJson() {
        return SharedFacts.fixtures("pb").stream()
                .filter(file -> Files.exists(sibling(file, "json")))
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    ObjectNode object = CODEC.decode(Files.readAllBytes(file), "v1", Set.of(), SharedFacts.kind(file));
                    SCHEMA.pruneAndValidate(type(file, object), object);
                    assertThat(object)
                            .isEqualTo(JsonCodec.decode(Files.readAllBytes(sibling(file, "json")))
                                    .object());
                }));
    }

    @TestFactory
    Stream<DynamicTest> yamlFixturesAreReadAndWritten() {
        return SharedFacts.fixtures("yaml").stream()
                .filter(file -> Files.exists(sibling(file, "pb")))
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    ObjectNode object =
                            YamlCodec.decode(Files.readAllBytes(file)).object();
                    assertThat(object)
                            .isEqualTo(JsonCodec.decode(Files.readAllBytes(sibling(file, "json")))
                                    .object());
                    assertThat(YamlCodec.decode(YamlCodec.encode(object)).object())
                            .isEqualTo(object);
                }));
    }

    @Test
    void zeroAndUnsetAreToldApart() {
        StructType type = SCHEMA.kind("apps/v1", "Deployment").orElseThrow();
        ObjectNode zero = object("{'kind':'Deployment','apiVersion':'apps/v1','spec':{'replicas':0,'paused':false}}");
        ObjectNode back = CODEC.decode(CODEC.encode(zero));
        SCHEMA.pruneAndValidate(type, back);
        assertThat(back.at("/spec/replicas").isInt()).isTrue();
        assertThat(back.path("spec").has("paused")).isFalse();
        ObjectNode unset = object("{'kind':'Deployment','apiVersion':'apps/v1','spec':{}}");
        back = CODEC.decode(CODEC.encode(unset));
        SCHEMA.pruneAndValidate(type, back);
        assertThat(back.path("spec").has("replicas")).isFalse();
    }

    @Test
    void listsHoldBareObjects() {
        StructType pod = SCHEMA.kind("v1", "Pod").orElseThrow();
        ObjectNode one = object("{'metadata':{'name':'a','labels':{'b':'1','a':'2'}},'spec':{'nodeName':'n'}}");
        byte[] item = CODEC.listItem(pod, one);
        ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("resourceVersion", "5");
        byte[] list = Bytes.concat(
                CODEC.listHead("v1", "PodList", metadata, 2L * item.length), item, item, ProtobufCodec.listTail());
        ObjectNode tree = CODEC.decode(list);
        assertThat(tree.at("/metadata/resourceVersion").asText()).isEqualTo("5");
        assertThat(tree.path("items")).hasSize(2);
        assertThat(tree.at("/items/1/spec/nodeName").asText()).isEqualTo("n");
        ObjectNode whole = object("{'kind':'PodList','apiVersion':'v1','metadata':{'resourceVersion':'5'}}");
        whole.putArray("items").add(one).add(one.deepCopy());
        assertThat(CODEC.encode(whole)).isEqualTo(list);
    }

    @Test
    void watchFramesTellTheirLength() {
        byte[] status = CODEC.encode(object("{'kind':'Status','apiVersion':'v1','code':410,'message':'m'}"));
        byte[] frame = CODEC.watchFrame("ERROR", status);
        assertThat(Arrays.copyOf(frame, 4)).containsExactly(0, 0, 0, frame.length - 4);
        assertThat(Arrays.copyOfRange(frame, 4, 11)).containsExactly(0x0a, 5, 'E', 'R', 'R', 'O', 'R');
        assertThat(Arrays.copyOfRange(frame, frame.length - status.length, frame.length))
                .isEqualTo(status);
    }

    @Test
    void brokenBytesAreRefusedWithoutHarm() {
        byte[] good = CODEC.encode(object(
                "{'kind':'Pod','apiVersion':'v1','metadata':{'name':'a'},'spec':{'containers':[{'name':'c'}]}}"));
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            try {
                CODEC.decode(cut);
            } catch (MalformedException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            byte[] changed = good.clone();
            changed[4 + random.nextInt(good.length - 4)] = (byte) random.nextInt();
            try {
                CODEC.decode(changed);
            } catch (MalformedException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
        assertThatThrownBy(() -> CODEC.decode(new byte[] {1, 2, 3, 4, 5})).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> CODEC.encode(object("{'kind':'Nope','apiVersion':'v1'}")))
                .hasMessageContaining("does not implement the protobuf marshalling interface");
    }
}
