package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Conversion;
import org.junit.jupiter.api.Test;

class ConversionTest {

    @Test
    void an_autoscaler_survives_the_way_through_version_one() {
        Kind autoscalers = new Kind("autoscaling", "v2", "horizontalpodautoscalers");
        Conversion conversion = autoscalers.kinds.conversion(autoscalers.resource());
        ObjectNode object = autoscalers.defaulted(
                "{spec: {maxReplicas: 3, scaleTargetRef: {kind: 'Deployment', name: 'd'},"
                        + " metrics: [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization:"
                        + " 70}}}, {type: 'Pods', pods: {metric: {name: 'x'}, target: {type: 'Value', value: '1'}}}]}}");
        ObjectNode old = object.deepCopy();
        conversion.fromStorage(object, "autoscaling/v1");
        assertThat(object.at("/spec/targetCPUUtilizationPercentage").asInt()).isEqualTo(70);
        assertThat(object.at("/spec/metrics").isMissingNode()).isTrue();
        conversion.toStorage(object, "autoscaling/v1");
        assertThat(object).isEqualTo(old);
    }

    @Test
    void an_event_has_the_names_of_its_group() {
        Kind events = new Kind("", "v1", "events");
        Conversion conversion = events.kinds.conversion(events.resource());
        ObjectNode event = Kind.parse("{regarding: {name: 'p'}, note: 'n', reportingController: 'c', reason: 'r'}");
        conversion.toStorage(event, "events.k8s.io/v1");
        assertThat(event.at("/involvedObject/name").asText()).isEqualTo("p");
        assertThat(event.path("message").asText()).isEqualTo("n");
        assertThat(event.path("reportingComponent").asText()).isEqualTo("c");
        conversion.fromStorage(event, "events.k8s.io/v1");
        assertThat(event)
                .isEqualTo(Kind.parse("{regarding: {name: 'p'}, note: 'n', reportingController: 'c', reason: 'r'}"));
    }

    @Test
    void limit_ranges_give_defaults_and_refuse() {
        Kind pods = new Kind("", "v1", "pods");
        pods.store.create(
                new Kind("", "v1", "serviceaccounts").resource(),
                Kind.parse("{metadata: {name: 'default', namespace: 'default'}}"));
        pods.store.create(
                new Kind("", "v1", "limitranges").resource(),
                Kind.parse(
                        "{metadata: {name: 'l', namespace: 'default'}, spec: {limits: [{type: 'Container', default: {cpu:"
                                + " '1'}, defaultRequest: {cpu: '100m'}, max: {cpu: '2'}}]}}"));
        ObjectNode pod = pods.admitted("{spec: {containers: [{name: 'c', image: 'i'}]}}");
        assertThat(pod.at("/spec/containers/0/resources/requests/cpu").asText()).isEqualTo("100m");
        assertThat(pod.at("/metadata/annotations/kubernetes.io~1limit-ranger").asText())
                .isEqualTo("LimitRanger plugin set: cpu request for container c; cpu limit for container c");
        ObjectNode greedy =
                pods.admitted("{spec: {containers: [{name: 'c', image: 'i', resources: {limits: {cpu: '3'}}}]}}");
        assertThatThrownBy(() -> pods.kinds.admission().getFirst().validate(pods.context(""), greedy, null))
                .hasMessage("pods \"it\" is forbidden: maximum cpu usage per Container is 2, but limit is 3");
    }

    @Test
    void a_certificate_request_remembers_who_asks() {
        Kind requests = new Kind("certificates.k8s.io", "v1", "certificatesigningrequests");
        ObjectNode request =
                requests.created("{spec: {request: 'eA==', signerName: 'a.b/c', usages: ['client auth']}}");
        assertThat(request.at("/spec/username").asText()).isEqualTo("jane");
    }
}
