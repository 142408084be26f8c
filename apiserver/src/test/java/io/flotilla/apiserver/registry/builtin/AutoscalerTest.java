package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AutoscalerTest {
    private static final String TARGET = "scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'web'}";
    private final Kind autoscalers = new Kind("autoscaling", "v2", "horizontalpodautoscalers");

    private static String autoscaler(String fields) {
        return "{spec: {maxReplicas: 3, " + TARGET + ", " + fields + "}}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics: [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization: 50}}}]",
                "metrics: [{type: 'ContainerResource', containerResource: {name: 'memory', container: 'c', target: {type: 'AverageValue', averageValue: '1Gi'}}}]",
                "metrics: [{type: 'Pods', pods: {metric: {name: 'qps'}, target: {type: 'AverageValue', averageValue: '10'}}}]",
                "metrics: [{type: 'Object', object: {describedObject: {apiVersion: 'v1', kind: 'Service', name: 's'}, metric: {name: 'qps'}, target: {type: 'Value', value: '10'}}}]",
                "metrics: [{type: 'External', external: {metric: {name: 'queue'}, target: {type: 'Value', value: '10'}}}]",
                "behavior: {scaleDown: {stabilizationWindowSeconds: 3600, selectPolicy: 'Min', tolerance: '0.05', policies: [{type: 'Pods', value: 1, periodSeconds: 1800}]}, scaleUp: {}}"
            })
    void takes_good_autoscalers(String fields) {
        assertThat(autoscalers.refusals(autoscaler(fields))).isEmpty();
        assertThat(autoscalers.updateRefusals(autoscaler(fields), autoscaler(fields)))
                .isEmpty();
    }

    @Test
    void a_replication_controller_has_no_group() {
        String target = "{spec: {maxReplicas: 1, scaleTargetRef: {apiVersion: 'v1', kind: 'Deployment', name: 'web'}}}";
        assertThat(autoscalers.refusals(target))
                .containsExactly(
                        "spec.scaleTargetRef.apiVersion: Invalid value: \"v1\": apiVersion must specify API group");
        assertThat(autoscalers.updateRefusals(target, target)).isEmpty();
        assertThat(autoscalers.refusals(target.replace("Deployment", "ReplicationController")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            minReplicas: 0 | spec.minReplicas: Invalid value: 0: must be greater than or equal to 1
            minReplicas: 4 | spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`
            maxReplicas: 0 | spec.maxReplicas: Required value: must be set and greater than 0
            maxReplicas: -1 | spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1
            scaleTargetRef: {} | spec.scaleTargetRef.kind: Required value
            scaleTargetRef: {name: 'a%b'} | spec.scaleTargetRef.name: Invalid value: "a%b": may not contain '%'
            scaleTargetRef: {apiVersion: 'a/b/c'} | spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c
            metrics: [{}] | spec.metrics[0].type: Required value: must specify a metric source type
            metrics: [{type: 'Cpu'}] | spec.metrics[0].type: Unsupported value: "Cpu": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"
            metrics: [{type: 'ContainerResource'}] | spec.metrics[0].containerResource: Required value: must populate information for the given metric source
            metrics: [{type: 'Pods', pods: {}, resource: {}}] | spec.metrics[0].resource: Forbidden: must populate the given metric source only
            metrics: [{type: 'Pods', pods: {}}] | spec.metrics[0].pods.metric.name: Required value: must specify a metric name
            metrics: [{type: 'Pods', pods: {}}] | spec.metrics[0].pods.target.type: Required value: must specify a metric target type
            metrics: [{type: 'Pods', pods: {}}] | spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue
            metrics: [{type: 'Pods', pods: {target: {type: 'Sum'}}}] | spec.metrics[0].pods.target.type: Invalid value: "Sum": must be either Utilization, Value, or AverageValue
            metrics: [{type: 'Pods', pods: {target: {averageValue: '0'}}}] | spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive
            metrics: [{type: 'Resource', resource: {target: {}}}] | spec.metrics[0].resource.name: Required value: must specify a resource name
            metrics: [{type: 'Resource', resource: {target: {}}}] | spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization
            metrics: [{type: 'Resource', resource: {target: {averageUtilization: 0, averageValue: '1'}}}] | spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0
            metrics: [{type: 'Resource', resource: {target: {averageUtilization: 0, averageValue: '1'}}}] | spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization
            metrics: [{type: 'ContainerResource', containerResource: {name: 'disk'}}] | spec.metrics[0].containerResource.name: Invalid value: "disk": must be a standard resource for containers
            metrics: [{type: 'ContainerResource', containerResource: {name: 'cpu'}}] | spec.metrics[0].containerResource.container: Required value: must specify a container
            metrics: [{type: 'Object', object: {}}] | spec.metrics[0].object.describedObject.kind: Required value
            metrics: [{type: 'Object', object: {}}] | spec.metrics[0].object.target.averageValue: Required value: must set either a target value or averageValue
            metrics: [{type: 'External', external: {}}] | spec.metrics[0].external.target.averageValue: Required value: must set either a target value for metric or a per-pod target
            metrics: [{type: 'External', external: {target: {value: '1', averageValue: '1'}}}] | spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target
            behavior: {scaleUp: {stabilizationWindowSeconds: -1}} | spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero
            behavior: {scaleUp: {stabilizationWindowSeconds: 3601}} | spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600
            behavior: {scaleUp: {selectPolicy: 'Any'}} | spec.behavior.scaleUp.selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"
            behavior: {scaleUp: {policies: [{type: 'Nodes'}]}} | spec.behavior.scaleUp.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"
            behavior: {scaleUp: {policies: [{type: 'Pods'}]}} | spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero
            behavior: {scaleUp: {policies: [{type: 'Pods', periodSeconds: 1801}]}} | spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800
            behavior: {scaleUp: {tolerance: '-1'}} | spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0
            """)
    void refuses_bad_autoscalers(String fields, String finding) {
        assertThat(autoscalers.refusals(autoscaler(fields))).contains(finding);
    }
}
