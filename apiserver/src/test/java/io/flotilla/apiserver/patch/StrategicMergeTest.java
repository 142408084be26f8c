package io.flotilla.apiserver.patch;

import static io.flotilla.apiserver.patch.JsonPatchTest.json;
import static io.flotilla.apiserver.patch.JsonPatchTest.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrategicMergeTest {
    private static final Schema SCHEMA = Schema.load();
    private static final StructType POD = SCHEMA.kind("v1", "Pod").orElseThrow();
    private static final StructType DEPLOYMENT =
            SCHEMA.kind("apps/v1", "Deployment").orElseThrow();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // maps merge, null removes
                "{'metadata':{'labels':{'a':'1','b':'2'}}} | {'metadata':{'labels':{'b':null,'c':'3'}}} | {'metadata':{'labels':{'a':'1','c':'3'}}}",
                // lists merge by key, new items of the patch come first unless the server knows both
                "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'1'}]}} | {'spec':{'containers':[{'name':'b','image':'2'}]}} | {'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'2'}]}}",
                "{'spec':{'containers':[{'name':'a'}]}} | {'spec':{'containers':[{'name':'c','image':'3','env':null}]}} | {'spec':{'containers':[{'name':'c','image':'3'},{'name':'a'}]}}",
                // delete and replace directives
                "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}} | {'spec':{'containers':[{'$patch':'delete','name':'a'}]}} | {'spec':{'containers':[{'name':'b'}]}}",
                "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}} | {'spec':{'containers':[{'$patch':'replace'},{'name':'c'}]}} | {'spec':{'containers':[{'name':'c'}]}}",
                "{'spec':{'nodeName':'n','priority':1}} | {'spec':{'$patch':'replace','priority':2}} | {'spec':{'priority':2}}",
                "{'spec':{'nodeSelector':{'a':'b'}}} | {'spec':{'nodeSelector':{'$patch':'delete'}}} | {'spec':{'nodeSelector':{}}}",
                // lists without a strategy are replaced
                "{'spec':{'tolerations':[{'key':'a'}]}} | {'spec':{'tolerations':[{'key':'b'}]}} | {'spec':{'tolerations':[{'key':'b'}]}}",
                // primitive lists with merge strategy
                "{'metadata':{'finalizers':['a','b']}} | {'metadata':{'finalizers':['c']}} | {'metadata':{'finalizers':['c','a','b']}}",
                "{'metadata':{'finalizers':['a','b']}} | {'metadata':{'$deleteFromPrimitiveList/finalizers':['a']}} | {'metadata':{'finalizers':['b']}}",
                // order
                "{'spec':{'containers':[{'name':'a'},{'name':'b'},{'name':'x'}]}} | {'spec':{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}],'containers':[{'name':'a','image':'i'}]}} | {'spec':{'containers':[{'name':'b'},{'name':'a','image':'i'},{'name':'x'}]}}",
                "{'metadata':{'finalizers':['a','b']}} | {'metadata':{'$setElementOrder/finalizers':['b','a','c'],'finalizers':['c']}} | {'metadata':{'finalizers':['b','a','c']}}",
                "{'spec':{}} | {'spec':{'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'a','$patch':'delete'},{'name':'a','image':'1'}]}} | {'spec':{'containers':[{'name':'a','image':'1'}]}}",
                // retainKeys
                "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}} | {'spec':{'volumes':[{'$retainKeys':['name','hostPath'],'name':'v','hostPath':{'path':'/'}}]}} | {'spec':{'volumes':[{'name':'v','hostPath':{'path':'/'}}]}}",
                // a type change takes the patch
                "{'spec':{'containers':null}} | {'spec':{'containers':[{'name':'a','$retainKeys':['name']}]}} | {'spec':{'containers':[{'name':'a'}]}}",
            })
    void patchesMergeByTheTypeAndItsDirectives(String object, String patch, String expected) {
        assertThat(StrategicMerge.apply(POD, object(object), object(patch))).isEqualTo(json(expected));
    }

    @Test
    void aChangeOfStrategyDropsWhatTheOldOneNeeded() {
        assertThat(StrategicMerge.apply(
                        DEPLOYMENT,
                        object("{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}}"),
                        object("{'spec':{'strategy':{'$retainKeys':['type'],'type':'Recreate'}}}")))
                .isEqualTo(json("{'spec':{'strategy':{'type':'Recreate'}}}"));
    }

    @Test
    void malformedPatchesAreRefused() {
        assertThatThrownBy(() -> StrategicMerge.apply(
                        POD,
                        object("{'spec':{'containers':[{'name':'a'}]}}"),
                        object("{'spec':{'containers':[{'image':'b'}]}}")))
                .hasMessage("map: {\"image\":\"b\"} does not contain declared merge key: name");
        assertThatThrownBy(() -> StrategicMerge.apply(POD, object("{'spec':{}}"), object("{'$patch':'x'}")))
                .hasMessage("Unrecognized type of the patch directive: x");
        assertThatThrownBy(() -> StrategicMerge.apply(POD, object("{}"), object("{'$retainKeys':['a'],'b':1}")))
                .hasMessage("invalid patch format of retainKeys");
    }
}
