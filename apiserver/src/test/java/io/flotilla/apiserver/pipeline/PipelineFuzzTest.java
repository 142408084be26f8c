package io.flotilla.apiserver.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.FuzzSeeds;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.patch.FieldManager;
import io.flotilla.apiserver.request.Encoding;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.request.WriteOptions.FieldValidation;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a request holds, it is refused as the client's fault, or leads to an object that can be stored and read. */
class PipelineFuzzTest {
    private static final List<Encoding> ENCODINGS = List.of(Encoding.values());
    private static final List<FieldValidation> VALIDATIONS = List.of(FieldValidation.values());
    private static final Schema SCHEMA = Schema.load();
    private static final BodyReader BODIES = new BodyReader(SCHEMA);
    private static final ResourceInfo DEPLOYMENTS =
            SCHEMA.resource("apps", "v1", "deployments").orElseThrow();
    private static final StructType DEPLOYMENT = SCHEMA.type(DEPLOYMENTS);
    private static final BodyReader.Expected EXPECTED = new BodyReader.Expected("apps/v1", "Deployment", DEPLOYMENT);
    private static final SelectableFields SELECTABLE = SelectableFields.of("", "pods");
    private static final byte[] LIVE = """
            {"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"a","namespace":"b","labels":{"c":"d"},
            "finalizers":["e/f","g/h"],"ownerReferences":[{"uid":"u","apiVersion":"v1","kind":"k","name":"n"}],
            "managedFields":[{"manager":"m","operation":"Apply","apiVersion":"apps/v1","fieldsType":"FieldsV1",
            "fieldsV1":{"f:spec":{"f:replicas":{}}}}]},
            "spec":{"replicas":1,"selector":{"matchLabels":{"c":"d"}},"template":{"metadata":{"labels":{"c":"d"}},
            "spec":{"containers":[{"name":"x","image":"y","ports":[{"containerPort":80,"protocol":"TCP"}],
            "env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},{"name":"z","image":"y"}]}}}}
            """.getBytes(StandardCharsets.UTF_8);

    private static ObjectNode live() {
        return JsonCodec.decode(LIVE).object();
    }

    private static void isTheClientsFault(StatusException e) {
        assertThat(e.code()).as(e.getMessage()).isBetween(400, 499);
        JsonCodec.encode(e.toStatus());
    }

    private static void canBeStored(ObjectNode object) {
        assertThat(StoredForm.parse(StoredForm.encode(object)).path("kind").asText())
                .isEqualTo("Deployment");
    }

    /** The first byte tells encoding and field validation. */
    static Stream<byte[]> bodies() {
        return Stream.of(
                        new String(LIVE, StandardCharsets.UTF_8),
                        "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: a, nome: b}\n",
                        "k8s\0\n\025\n\007apps/v1\022\nDeployment\022\0",
                        "{\"kind\":\"Deployment\",\"spec\":{\"replicas\":1,\"replicas\":2}}",
                        "{\"kind\":\"Pod\"}",
                        "")
                .flatMap(text -> Stream.iterate(0, i -> i < 9, i -> i + 1)
                        .map(i -> ((char) (int) i + text).getBytes(StandardCharsets.UTF_8)));
    }

    @MethodSource("bodies")
    @FuzzTest
    void bodiesAreReadOrRefused(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int how = input[0] & 0xff;
        Encoding encoding = ENCODINGS.get(how % ENCODINGS.size());
        FieldValidation validation = VALIDATIONS.get(how / 3 % VALIDATIONS.size());
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        try {
            canBeStored(BODIES.read(new Body(bytes, encoding), EXPECTED, validation, _ -> {}));
        } catch (StatusException e) {
            isTheClientsFault(e);
        }
        try {
            BODIES.readDeleteOptions(new Body(bytes, encoding));
        } catch (StatusException e) {
            isTheClientsFault(e);
        }
    }

    static Stream<byte[]> jsonPatches() {
        return FuzzSeeds.texts(
                "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":2}]",
                "[{\"op\":\"add\",\"path\":\"/metadata/labels/a~1b~0c\",\"value\":\"x\"}]",
                "[{\"op\":\"remove\",\"path\":\"/spec/template/spec/containers/0\"}]",
                "[{\"op\":\"move\",\"from\":\"/metadata\",\"path\":\"/metadata/labels\"}]",
                "[{\"op\":\"copy\",\"from\":\"/spec\",\"path\":\"/spec/x\"},{\"op\":\"copy\",\"from\":\"/spec\",\"path\":\"/spec/y\"}]",
                "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":1.0},{\"op\":\"add\",\"path\":\"\",\"value\":{}}]",
                "[{\"op\":\"add\",\"path\":\"/metadata/finalizers/-1\",\"value\":\"x\"}]",
                "[{\"op\":\"remove\",\"path\":\"\"}]",
                "[{\"op\":\"replace\",\"path\":\"x\",\"value\":null}]",
                "{}");
    }

    @MethodSource("jsonPatches")
    @FuzzTest
    void jsonPatch(byte[] input) {
        patched(PatchType.JSON, input);
    }

    static Stream<byte[]> mergePatches() {
        return FuzzSeeds.texts(
                "{\"spec\":{\"replicas\":null,\"paused\":true}}",
                "{\"metadata\":{\"labels\":{\"a\":{\"b\":null}}}}",
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"x\"}]}}}}",
                "{\"metadata\":null}",
                "{\"kind\":\"Pod\",\"apiVersion\":null}",
                "[]");
    }

    @MethodSource("mergePatches")
    @FuzzTest
    void mergePatch(byte[] input) {
        patched(PatchType.MERGE, input);
    }

    static Stream<byte[]> strategicPatches() {
        return Stream.concat(
                mergePatches(),
                FuzzSeeds.texts(
                        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"x\",\"image\":\"i\"},{\"name\":\"z\",\"$patch\":\"delete\"}],"
                                + "\"$setElementOrder/containers\":[{\"name\":\"z\"},{\"name\":\"x\"}]}}}}",
                        "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"e/f\"],\"$setElementOrder/finalizers\":[\"g/h\"]}}",
                        "{\"spec\":{\"$patch\":\"replace\",\"replicas\":3}}",
                        "{\"spec\":{\"strategy\":{\"$retainKeys\":[\"type\"],\"type\":\"Recreate\"}}}",
                        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"$patch\":\"replace\"},{\"image\":\"q\"}]}}}}",
                        "{\"$patch\":\"delete\"}",
                        "{\"metadata\":{\"ownerReferences\":[{\"$patch\":\"delete\",\"uid\":\"u\"}]}}"));
    }

    @MethodSource("strategicPatches")
    @FuzzTest
    void strategicMergePatch(byte[] input) {
        patched(PatchType.STRATEGIC, input);
    }

    private static void patched(PatchType type, byte[] input) {
        try {
            Patches patch = Patches.read(type, input);
            ObjectNode result = patch.apply(live(), DEPLOYMENT);
            canBeStored(
                    BODIES.checkPatched(result, () -> patch.describe(result), EXPECTED, FieldValidation.WARN, _ -> {}));
        } catch (StatusException e) {
            isTheClientsFault(e);
        }
    }

    static Stream<byte[]> configurations() {
        return FuzzSeeds.texts(
                new String(LIVE, StandardCharsets.UTF_8),
                "{kind: Deployment, apiVersion: apps/v1, spec: {replicas: 3}}",
                "{kind: Deployment, apiVersion: apps/v1, metadata: {labels: {c: e}, finalizers: [x/y, x/y]}}",
                "{kind: Deployment, apiVersion: apps/v1, spec: {template: {spec: {containers: "
                        + "[{name: x, ports: [{containerPort: 80}, {containerPort: 80}]}]}}}}",
                "{kind: Deployment, apiVersion: apps/v1, spec: {template: {spec: {containers: [{image: i}, null]}}}}",
                "{kind: Deployment, apiVersion: apps/v1, metadata: {managedFields: [{}]}}",
                "{kind: Deployment, apiVersion: apps/v1, spec: null}");
    }

    @MethodSource("configurations")
    @FuzzTest
    void serverSideApply(byte[] input) {
        Target target = new Target(DEPLOYMENTS, "b", "a", "");
        WriteOptions options = new WriteOptions(false, "fuzz", FieldValidation.WARN, Optional.empty());
        try {
            ApplyConfiguration configuration =
                    ApplyConfiguration.read(input, target, EXPECTED, SCHEMA, options, true, Instant.EPOCH, _ -> {});
            ObjectNode applied =
                    BODIES.checkApplied(configuration.applyTo(live()), EXPECTED, FieldValidation.WARN, _ -> {});
            canBeStored(applied);
            new FieldManager(SCHEMA)
                    .look(DEPLOYMENT, new FieldManager.Write("other", "", true, Instant.EPOCH), live(), applied)
                    .write(applied);
            canBeStored(applied);
            canBeStored(configuration.create(DEPLOYMENTS, "b", "a"));
        } catch (StatusException e) {
            // Kubernetes tells of configurations that do not fit their type with this code.
            boolean untyped =
                    e.code() == 500 && String.valueOf(e.getMessage()).startsWith("failed to create typed patch object");
            if (!untyped) {
                isTheClientsFault(e);
            }
        }
    }

    /** What stands before the first newline selects labels, the rest fields. */
    static Stream<byte[]> selectors() {
        return FuzzSeeds.texts(
                "a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2",
                "a in (,b)",
                "x.y/z==1,",
                "a,,b",
                "\nmetadata.name=a,metadata.namespace!=b,spec.nodeName==c",
                "\nstatus.phase=a\\,b\\=c\\\\",
                "\n=,==,!=",
                "\nspec.nodeName");
    }

    @MethodSource("selectors")
    @FuzzTest
    void selectors(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        int newline = text.indexOf('\n');
        try {
            Selectors.parse(
                    "", newline < 0 ? text : text.substring(0, newline), text.substring(newline + 1), SELECTABLE);
        } catch (StatusException e) {
            isTheClientsFault(e);
        }
    }

    static Stream<byte[]> continueTokens() {
        return FuzzSeeds.texts(
                new ContinueToken(7, "a/b").encode(),
                "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTUsInN0YXJ0IjoiLi4vLi4ifQ",
                "bnVsbA",
                "W10=",
                "====",
                "");
    }

    @MethodSource("continueTokens")
    @FuzzTest
    void continueTokens(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        for (String token : new String[] {text, Base64.getUrlEncoder().encodeToString(input)}) {
            try {
                assertThat(ContinueToken.parse(token).start()).isNotEmpty();
            } catch (StatusException e) {
                isTheClientsFault(e);
            }
        }
    }
}
