package io.flotilla.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.RawObject;
import io.flotilla.apiserver.storage.Versioned;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoredFormTest {
    private static final String POD =
            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"labels\":{\"app\":\"x\"},"
                    + "\"ownerReferences\":[{\"uid\":\"u1\",\"kind\":\"ReplicaSet\"}]},"
                    + "\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"c\"}]},\"status\":{\"phase\":\"Running\"}}";

    private static CachedObject decode(String json, long revision) {
        return StoredForm.decode(
                "ns/a",
                new Versioned("/registry/pods/ns/a", json.getBytes(StandardCharsets.UTF_8), revision),
                SelectableFields.of("", "pods"));
    }

    private static String text(CachedObject object) {
        return new String(object.json(), StandardCharsets.UTF_8);
    }

    @Test
    void theResourceVersionIsSplicedInAsTheFirstMemberOfMetadata() {
        assertThat(text(decode(POD, 42)))
                .isEqualTo(POD.replace("\"metadata\":{", "\"metadata\":{\"resourceVersion\":\"42\","));
    }

    @Test
    void anItemOfAListIsWhatFollowsKindAndApiVersion() {
        CachedObject object = decode(POD, 42);
        assertThat(text(object).substring(object.bodyOffset())).startsWith("\"metadata\":{\"resourceVersion\":\"42\"");
    }

    @Test
    void whatManagersOwnIsParsedWhenSomebodyAsks() throws Exception {
        String managed = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"managedFields\":["
                + "{\"manager\":\"m\",\"fieldsV1\":{\"f:spec\":{\"k:{\\\"name\\\":\\\"}]\\\"}\":{}}},\"time\":\"t\"},"
                + "{\"manager\":\"none\"},\"odd\",{\"fieldsV1\":null},{\"fieldsV1\":[1]},{\"fieldsV1\":{}}],"
                + "\"uid\":\"u\"},\"spec\":{\"managedFields\":[{\"fieldsV1\":{\"no\":1}}]}}";

        ObjectNode object = StoredForm.parse(managed.getBytes(StandardCharsets.UTF_8));

        assertThat(object.at("/metadata/managedFields/0/fieldsV1")).isInstanceOf(RawObject.class);
        assertThat(object.at("/metadata/managedFields/5/fieldsV1")).isInstanceOf(RawObject.class);
        assertThat(object.at("/spec/managedFields/0/fieldsV1")).isNotInstanceOf(RawObject.class);
        assertThat(new String(StoredForm.encode(object), StandardCharsets.UTF_8))
                .isEqualTo(managed);
        assertThat(object).isEqualTo(new ObjectMapper().readTree(managed));
    }

    @Test
    void whatIsCutOffIsNotParsed() {
        byte[] whole = POD.replace("\"labels\"", "\"managedFields\":[{\"fieldsV1\":{\"f:a\":{}}}],\"labels\"")
                .getBytes(StandardCharsets.UTF_8);
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> StoredForm.parse(cut)).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void whatSelectsIsReadFromTheBytes() {
        CachedObject object = decode(POD, 1);
        assertThat(object.labels()).containsEntry("app", "x");
        assertThat(object.ownerUids()).containsExactly("u1");
        SelectableFields fields = SelectableFields.of("", "pods");
        assertThat(object.field(fields.indexOf("spec.nodeName").orElseThrow())).isEqualTo("n1");
        assertThat(object.field(fields.indexOf("spec.host").orElseThrow())).isEqualTo("n1");
        assertThat(object.field(fields.indexOf("status.phase").orElseThrow())).isEqualTo("Running");
        assertThat(object.field(fields.indexOf("spec.hostNetwork").orElseThrow()))
                .isEqualTo("false");
    }

    @Test
    void theSourceOfAnEventIsItsReporterWhereItSaysNoOther() {
        SelectableFields events = SelectableFields.of("", "events");
        int source = events.indexOf("source").orElseThrow();
        String start = "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"},";
        String reported = start + "\"source\":{},\"reportingComponent\":\"reporter\"}";
        String sourced = start + "\"source\":{\"component\":\"kubelet\"},\"reportingComponent\":\"reporter\"}";

        assertThat(selected(reported, events).field(source)).isEqualTo("reporter");
        assertThat(selected(sourced, events).field(source)).isEqualTo("kubelet");
    }

    private static CachedObject selected(String json, SelectableFields fields) {
        return StoredForm.decode(
                "default/a", new Versioned("/registry/a", json.getBytes(StandardCharsets.UTF_8), 1), fields);
    }

    @Test
    void aValueInAnotherOrderIsBroughtIntoThisForm() {
        String foreign = "{\"spec\":{\"nodeName\":\"n1\"},\"metadata\":{\"resourceVersion\":\"7\",\"name\":\"a\"},"
                + "\"apiVersion\":\"v1\",\"kind\":\"Pod\"}";
        assertThat(text(decode(foreign, 42)))
                .isEqualTo("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"42\","
                        + "\"name\":\"a\"},\"spec\":{\"nodeName\":\"n1\"}}");
    }

    @Test
    void emptyMetadataStaysWellFormed() {
        String bare = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{}}";
        assertThat(text(decode(bare, 5)))
                .isEqualTo("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"5\"}}");
    }

    @Test
    void aValueThatIsNoObjectIsRefused() {
        assertThatThrownBy(() -> decode("[1,2]", 1)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> decode("not json", 1)).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void encodingAParsedObjectGivesBackTheStoredBytes() {
        CachedObject object = decode(POD, 42);
        byte[] encoded = StoredForm.encode(StoredForm.parse(object));
        assertThat(new String(encoded, StandardCharsets.UTF_8)).isEqualTo(POD);
        assertThat(StoredForm.isContentOf(encoded, object)).isTrue();
    }

    @Test
    void changedContentIsTold() {
        CachedObject object = decode(POD, 42);
        ObjectNode tree = StoredForm.parse(object);
        ((ObjectNode) tree.get("spec")).put("nodeName", "n2");
        assertThat(StoredForm.isContentOf(StoredForm.encode(tree), object)).isFalse();
    }

    @Test
    void theSameContentAtAnotherRevisionDiffersInTheVersionAlone() {
        assertThat(text(decode(POD, 9).at(1000))).isEqualTo(text(decode(POD, 1000)));
    }

    @Test
    void metadataEndsBehindItsOwnBraceWhateverItsStringsHold() {
        String tricky = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"annotations\":"
                + "{\"x\":\"}\\\"}\"}},\"spec\":{}}";
        CachedObject object = decode(tricky, 3);
        assertThat(text(object).substring(0, StoredForm.metadataEnd(object))).endsWith("\"}\\\"}\"}}");
    }
}
