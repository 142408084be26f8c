package io.flotilla.apiserver.registry.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.registry.validation.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PodWarningsTest {
    private static ObjectNode pod(String spec) {
        String text = "{'metadata':{'name':'p'},'spec':" + spec + "}";
        return (ObjectNode) JsonCodec.decodeAny(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> warnings(ObjectNode pod) {
        List<String> warnings = new ArrayList<>();
        PodWarnings.ofPod(Field.of(pod), warnings::add);
        return warnings;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{'nodeSelector':{'beta.kubernetes.io/arch':'x'}} | spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use 'kubernetes.io/arch' instead",
                "{'topologySpreadConstraints':[{'topologyKey':'failure-domain.beta.kubernetes.io/zone','labelSelector':{}}]} | spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use 'topology.kubernetes.io/zone' instead",
                "{'topologySpreadConstraints':[{'topologyKey':'z'}]} | spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
                "{'affinity':{'podAntiAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[{'podAffinityTerm':{'topologyKey':'z'}}]}}} | spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod",
                "{'volumes':[{'name':'v','storageos':{}}]} | spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+",
                "{'hostAliases':[{'ip':'1.1.1.1'},{'ip':'1.1.1.1'}]} | spec.hostAliases[1].ip: duplicate ip '1.1.1.1'",
                "{'imagePullSecrets':[{'name':'s'},{'name':'s'}]} | spec.imagePullSecrets[1].name: duplicate name 's'",
                "{'imagePullSecrets':[{}]} | spec.imagePullSecrets[0].name: invalid empty name ''",
                "{'terminationGracePeriodSeconds':-1} | spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
                "{'containers':[{'resources':{'limits':{'memory':'1500m'}}}]} | spec.containers[0].resources.limits[memory]: fractional byte value '1500m' is invalid, must be an integer",
                "{'containers':[{'env':[{'name':'A','value':'1'},{'name':'A','value':'2'}]}]} | spec.containers[0].env[1]: hides previous definition of 'A', which may be dropped when using apply",
                "{'containers':[{'ports':[{'containerPort':80,'protocol':'TCP'}]},{'ports':[{'containerPort':80,'protocol':'TCP'}]}]} | spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]",
                "{'containers':[{'ports':[{'containerPort':80,'protocol':'TCP'},{'containerPort':80,'protocol':'TCP','hostPort':8080}]}]} | spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]",
                "{'containers':[{'ports':[{'containerPort':80,'protocol':'TCP','hostPort':8080},{'containerPort':80,'protocol':'TCP','hostPort':8080,'hostIP':'1.1.1.1'}]}]} | spec.containers[0].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[0]",
                "{'containers':[{'ports':[{'name':'a','containerPort':80,'protocol':'TCP','hostIP':'1.1.1.1'}]}]} | spec.containers[0].ports[0]: hostIP set without hostPort: {Name:a HostPort:0 ContainerPort:80 Protocol:TCP HostIP:1.1.1.1}",
            })
    void eachHasItsWords(String spec, String warning) {
        assertThat(warnings(pod(spec))).containsExactly(warning.replace('\'', '"'));
    }

    @Test
    void aVariableMayBeDefinedFromWhatItWas() {
        assertThat(warnings(pod("{'containers':[{'env':[{'name':'A','value':'1'},{'name':'A','value':'$(A)2'}]}]}")))
                .isEmpty();
        assertThat(warnings(pod("{'containers':[{'env':[{'name':'A','value':'1'},{'name':'A','value':'$(A)'}]}]}")))
                .hasSize(1);
    }

    @Test
    void anOwnerIsWarnedOfItsTemplateWhenItMayHaveChanged() {
        ObjectNode old = pod("{'template':{'spec':{'terminationGracePeriodSeconds':-1}}}");
        old.withObject("/metadata").put("generation", 1).put("name", "a.b");
        List<String> created = new ArrayList<>();
        PodWarnings.ofOwner(old, null, created::add, "template");
        assertThat(created).hasSize(2).first().asString().startsWith("metadata.name: this is used in Pod names");

        ObjectNode changed = old.deepCopy();
        List<String> updated = new ArrayList<>();
        PodWarnings.ofOwner(changed, old, updated::add, "template");
        assertThat(updated).isEmpty();
        changed.withObject("/metadata").put("generation", 2);
        PodWarnings.ofOwner(changed, old, updated::add, "template");
        assertThat(updated)
                .containsExactly("spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are"
                        + " invalid and will be treated as 1");
    }
}
