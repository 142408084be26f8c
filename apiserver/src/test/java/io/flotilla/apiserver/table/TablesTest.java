package io.flotilla.apiserver.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.SharedFacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TablesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final Schema SCHEMA = Schema.load();
    private static final Tables TABLES = new Tables(SCHEMA, Clock.fixed(NOW, ZoneOffset.UTC));

    private static ObjectNode object(String json) {
        return JsonCodec.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .object();
    }

    private static List<Object> cells(String group, String version, String resource, String json) {
        return TABLES.cells(SCHEMA.resource(group, version, resource).orElseThrow(), object(json), new Ages(NOW));
    }

    private static String podStatus(String rest) {
        List<Object> cells = cells("", "v1", "pods", "{'metadata':{'name':'p'}," + rest + "}");
        return cells.get(1) + " " + cells.get(2) + " " + cells.get(3);
    }

    @Test
    void podsAreSummedUpInOneWord() {
        String spec = "'spec':{'containers':[{'name':'c'}]}";
        String initSpec = "'spec':{'initContainers':[{'name':'i'},{'name':'j'}],'containers':[{'name':'c'}]}";
        assertThat(podStatus(spec + ",'status':{'phase':'Pending'}")).isEqualTo("0/1 Pending 0");
        assertThat(podStatus(spec + ",'status':{'phase':'Pending','containerStatuses':[{'name':'c','state':{'waiting':"
                        + "{'reason':'ContainerCreating'}}}]}"))
                .isEqualTo("0/1 ContainerCreating 0");
        assertThat(podStatus(spec + ",'status':{'phase':'Running','containerStatuses':[{'name':'c','ready':true,"
                        + "'restartCount':3,'state':{'running':{}},'lastState':{'terminated':{'finishedAt':"
                        + "'2026-01-01T00:05:00Z'}}}]}"))
                .isEqualTo("1/1 Running 3 (5m ago)");
        assertThat(podStatus(spec + ",'status':{'phase':'Running','containerStatuses':[{'name':'c','restartCount':1,"
                        + "'state':{'waiting':{'reason':'CrashLoopBackOff'}}}]}"))
                .isEqualTo("0/1 CrashLoopBackOff 1");
        assertThat(podStatus(spec + ",'status':{'phase':'Succeeded','containerStatuses':[{'name':'c','state':"
                        + "{'terminated':{'reason':'Completed','exitCode':0}}}]}"))
                .isEqualTo("0/1 Completed 0");
        assertThat(podStatus(spec + ",'status':{'phase':'Failed','reason':'Evicted'}"))
                .isEqualTo("0/1 Evicted 0");
        assertThat(podStatus(spec + ",'status':{'phase':'Failed','containerStatuses':[{'name':'c','state':"
                        + "{'terminated':{'exitCode':137,'signal':9}}}]}"))
                .isEqualTo("0/1 Signal:9 0");
        assertThat(podStatus(initSpec + ",'status':{'phase':'Pending','initContainerStatuses':[{'name':'i','state':"
                        + "{'terminated':{'exitCode':0}}},{'name':'j','state':{'running':{}}}]}"))
                .isEqualTo("0/1 Init:1/2 0");
        assertThat(podStatus(initSpec + ",'status':{'phase':'Pending','initContainerStatuses':[{'name':'i','state':"
                        + "{'waiting':{'reason':'CrashLoopBackOff'}},'restartCount':2}]}"))
                .isEqualTo("0/1 Init:CrashLoopBackOff 2");
        assertThat(cells(
                        "",
                        "v1",
                        "pods",
                        "{'metadata':{'name':'p','creationTimestamp':'2026-01-01T00:00:00Z','deletionTimestamp':"
                                + "'2026-01-01T00:09:00Z'},'spec':{'nodeName':'n','containers':[{}]},"
                                + "'status':{'phase':'Running','podIPs':[{'ip':'10.0.0.1'}]}}"))
                .containsExactly("p", "0/1", "Terminating", "0", "10m", "10.0.0.1", "n", "<none>", "<none>");
    }

    @Test
    void otherKindsShowWhatKubectlUsersKnow() {
        assertThat(cells(
                        "apps",
                        "v1",
                        "deployments",
                        "{'metadata':{'name':'d','creationTimestamp':'2026-01-01T00:09:30Z'},'spec':{'replicas':3,"
                                + "'selector':{'matchLabels':{'app':'x'}},'template':{'spec':{'containers':[{'name':'c',"
                                + "'image':'i'}]}}},'status':{'readyReplicas':2,'updatedReplicas':3,"
                                + "'availableReplicas':2}}"))
                .containsExactly("d", "2/3", 3L, 2L, "30s", "c", "i", "app=x");
        assertThat(cells(
                        "",
                        "v1",
                        "services",
                        "{'metadata':{'name':'s'},'spec':{'type':'NodePort','clusterIP':'10.0.0.1','ports':[{'port':80,"
                                + "'nodePort':30080,'protocol':'TCP'},{'port':53,'protocol':'UDP'}]}}"))
                .containsExactly("s", "NodePort", "10.0.0.1", "<none>", "80:30080/TCP,53/UDP", "<unknown>", "<none>");
        assertThat(cells(
                        "",
                        "v1",
                        "nodes",
                        "{'metadata':{'name':'n','labels':{'node-role.kubernetes.io/control-plane':''}},"
                                + "'spec':{'unschedulable':true},'status':{'conditions':[{'type':'Ready',"
                                + "'status':'True'}],'addresses':[{'type':'InternalIP','address':'1.2.3.4'}],"
                                + "'nodeInfo':{'kubeletVersion':'v1.36.2'}}}"))
                .containsExactly(
                        "n",
                        "Ready,SchedulingDisabled",
                        "control-plane",
                        "<unknown>",
                        "v1.36.2",
                        "1.2.3.4",
                        "<none>",
                        "<unknown>",
                        "<unknown>",
                        "<unknown>");
        assertThat(cells(
                        "",
                        "v1",
                        "endpoints",
                        "{'metadata':{'name':'e'},'subsets':[{'addresses':[{'ip':'1'},{'ip':'2'},{'ip':'3'},{'ip':'4'}],"
                                + "'ports':[{'port':80}]}]}"))
                .contains("1:80,2:80,3:80 + 1 more...");
        assertThat(cells(
                        "batch",
                        "v1",
                        "jobs",
                        "{'metadata':{'name':'j'},'spec':{'completions':2},'status':{'succeeded':1,"
                                + "'startTime':'2026-01-01T00:00:00Z'}}"))
                .startsWith("j", "Running", "1/2", "10m");
        assertThat(cells(
                        "",
                        "v1",
                        "events",
                        "{'metadata':{'name':'e'},'involvedObject':{'kind':'Pod','name':'p'},'reason':'Started',"
                                + "'type':'Normal','message':'m','source':{'component':'kubelet','host':'n'},"
                                + "'lastTimestamp':'2026-01-01T00:09:59Z','firstTimestamp':'2026-01-01T00:09:00Z'}"))
                .containsExactly("1s", "Normal", "Started", "pod/p", "", "kubelet, n", "m", "60s", 1L, "e");
        assertThat(cells(
                        "rbac.authorization.k8s.io",
                        "v1",
                        "roles",
                        "{'metadata':{'name':'r','creationTimestamp':" + "'2026-01-01T00:00:00Z'}}"))
                .containsExactly("r", "2026-01-01T00:00:00Z");
    }

    @Test
    void everyResourceFillsItsColumns() throws IOException {
        JsonNode live = JsonCodec.decodeAny(Files.readAllBytes(SharedFacts.facts("live/table-columns.json")));
        for (ResourceInfo resource : SCHEMA.resources()) {
            if (!resource.verbs().contains("list")) {
                continue;
            }
            List<Object> cells = TABLES.cells(resource, object("{'metadata':{'name':'x'}}"), new Ages(NOW));
            assertThat(cells).as(resource.toString()).hasSameSizeAs(TABLES.columns(resource));
            assertThat(TABLES.columns(resource))
                    .hasSameSizeAs(live.path(resource.apiVersion() + "/" + resource.resource()));
        }
    }

    @Test
    void piecesMakeATable() {
        ResourceInfo namespaces = SCHEMA.resource("", "v1", "namespaces").orElseThrow();
        TableForm form = TableForm.accepted(
                        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
                                + "application/json",
                        "")
                .orElseThrow();
        ObjectNode namespace = object("{'metadata':{'name':'a','uid':'u'},'status':{'phase':'Active'}}");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(TABLES.open(
                namespaces, form, JsonNodeFactory.instance.objectNode().put("resourceVersion", "7"), true));
        out.writeBytes(TABLES.row(namespaces, form, namespace));
        out.write(',');
        out.writeBytes(TABLES.row(namespaces, form, namespace));
        out.writeBytes(Tables.CLOSE);
        ObjectNode table = JsonCodec.decode(out.toByteArray()).object();
        assertThat(table.path("apiVersion").asText()).isEqualTo("meta.k8s.io/v1");
        assertThat(table.at("/metadata/resourceVersion").asText()).isEqualTo("7");
        assertThat(table.path("columnDefinitions").findValuesAsText("name")).containsExactly("Name", "Status", "Age");
        assertThat(table.at("/rows/1/cells").toString()).isEqualTo("[\"a\",\"Active\",\"<unknown>\"]");
        assertThat(table.at("/rows/0/object/kind").asText()).isEqualTo("PartialObjectMetadata");
        assertThat(table.at("/rows/0/object/metadata/uid").asText()).isEqualTo("u");
    }

    @Test
    void theAcceptHeaderAndTheParameterPickTheForm() {
        assertThat(TableForm.accepted("application/json", "")).isEmpty();
        assertThat(TableForm.accepted("application/json,application/json;as=Table;v=v1;g=meta.k8s.io", ""))
                .isEmpty();
        assertThat(TableForm.accepted("application/json;as=Table;v=v9;g=meta.k8s.io", ""))
                .isEmpty();
        assertThat(TableForm.accepted("application/json;as=Table;v=v1beta1;g=meta.k8s.io", "None"))
                .contains(new TableForm("v1beta1", TableForm.Include.NONE));
        assertThat(TableForm.accepted("application/json;as=Table;v=v1;g=meta.k8s.io", "Object"))
                .contains(new TableForm("v1", TableForm.Include.OBJECT));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "119,119s",
        "120,2m",
        "125,2m5s",
        "599,9m59s",
        "600,10m",
        "10799,179m",
        "10800,3h",
        "28799,7h59m",
        "28800,8h",
        "172799,47h",
        "172800,2d",
        "180000,2d2h",
        "691200,8d",
        "63071999,729d",
        "63072000,2y",
        "63158400,2y1d",
        "252288000,8y",
        "-1,0s",
        "-2,<invalid>"
    })
    void agesGetCoarserWithTime(long seconds, String text) {
        assertThat(Ages.human(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
