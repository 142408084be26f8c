package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageKindsTest {

    private static Kind kind(String resource) {
        return switch (resource) {
            case "runtimeclasses" -> new Kind("node.k8s.io", "v1", resource);
            case "podtemplates" -> new Kind("", "v1", resource);
            default -> new Kind("storage.k8s.io", "v1", resource);
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            storageclasses | {provisioner: 'Example.com/disk', parameters: {type: 'fast'}, allowedTopologies: [{matchLabelExpressions: [{key: 'topology.kubernetes.io/zone', values: ['a', 'b']}]}]}
            volumeattributesclasses | {driverName: 'disk.example.com', parameters: {iops: '3000'}}
            volumeattachments | {spec: {attacher: 'disk.example.com', nodeName: 'node-1', source: {persistentVolumeName: 'pv-1'}}}
            volumeattachments | {spec: {attacher: 'disk.example.com', nodeName: 'node-1', source: {inlineVolumeSpec: {accessModes: ['ReadWriteOnce'], csi: {driver: 'disk.example.com', volumeHandle: 'h'}}}}}
            csidrivers | {spec: {}}
            csidrivers | {spec: {attachRequired: false, fsGroupPolicy: 'File', volumeLifecycleModes: ['Ephemeral', 'Persistent'], tokenRequests: [{audience: ''}, {audience: 'vault', expirationSeconds: 600}]}}
            csinodes | {spec: {drivers: [{name: 'disk.example.com', nodeID: 'i-1', topologyKeys: ['example.com/zone'], allocatable: {count: 39}}]}}
            csistoragecapacities | {storageClassName: 'fast', capacity: '10Gi', nodeTopology: {matchLabels: {zone: 'a'}}}
            runtimeclasses | {handler: 'kata', overhead: {podFixed: {memory: '120Mi', cpu: '250m'}}, scheduling: {nodeSelector: {runtime: 'kata'}, tolerations: [{operator: 'Exists'}]}}
            podtemplates | {template: {metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'i'}]}}}
            """)
    void takes_good_objects(String resource, String text) {
        assertThat(kind(resource).refusals(text)).isEmpty();
        assertThat(kind(resource).updateRefusals(text, text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            storageclasses | {provisioner: 'p', parameters: {'': 'x'}} | parameters: Invalid value: "": field can not be empty.
            storageclasses | {provisioner: 'p', reclaimPolicy: 'Recycle'} | reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"
            storageclasses | {provisioner: 'p', allowedTopologies: [{matchLabelExpressions: [{key: 'k'}]}]} | allowedTopologies[0].matchLabelExpressions[0].values: Required value
            storageclasses | {provisioner: 'p', allowedTopologies: [{matchLabelExpressions: [{key: 'k', values: ['a', 'a']}]}]} | allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"
            storageclasses | {provisioner: 'p', allowedTopologies: [{matchLabelExpressions: [{key: 'k', values: ['a']}, {key: 'k', values: ['b']}]}]} | allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "k"
            storageclasses | {provisioner: 'p', allowedTopologies: [{matchLabelExpressions: [{key: 'k', values: ['a', 'b']}]}, {matchLabelExpressions: [{key: 'k', values: ['b', 'a']}]}]} | allowedTopologies[1].matchLabelExpressions: Duplicate value: ""
            volumeattributesclasses | {parameters: {a: 'b'}} | driverName: Required value
            volumeattributesclasses | {driverName: 'd'} | parameters: Required value: must contain at least one key/value pair
            volumeattachments | {spec: {}} | spec.attacher: Required value
            volumeattachments | {spec: {}} | spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName
            volumeattachments | {spec: {}} | spec.nodeName: Invalid value: "": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            volumeattachments | {spec: {source: {persistentVolumeName: 'a', inlineVolumeSpec: {}}}} | spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName
            volumeattachments | {spec: {source: {persistentVolumeName: ''}}} | spec.source.persistentVolumeName: Required value: must specify non empty persistentVolumeName
            volumeattachments | {spec: {source: {inlineVolumeSpec: {capacity: {storage: '1Gi'}}}}} | spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes
            volumeattachments | {spec: {source: {inlineVolumeSpec: {}}}} | spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes
            csidrivers | {spec: {fsGroupPolicy: 'Always'}} | spec.fsGroupPolicy: Unsupported value: "Always": supported values: "File", "None", "ReadWriteOnceWithFSType"
            csidrivers | {spec: {volumeLifecycleModes: ['Eternal']}} | spec.volumeLifecycleModes: Unsupported value: "Eternal": supported values: "Persistent", "Ephemeral"
            csidrivers | {spec: {tokenRequests: [{audience: 'a'}, {audience: 'a'}]}} | spec.tokenRequests[1].audience: Duplicate value: "a"
            csidrivers | {spec: {tokenRequests: [{audience: 'a', expirationSeconds: 599}]}} | spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes
            csidrivers | {spec: {tokenRequests: [{audience: 'a', expirationSeconds: 4294967297}]}} | spec.tokenRequests[0].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds
            csidrivers | {spec: {nodeAllocatableUpdatePeriodSeconds: 9}} | spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds
            csinodes | {spec: {drivers: [{nodeID: 'i'}]}} | spec.drivers[0].name: Required value
            csinodes | {spec: {drivers: [{name: 'd'}]}} | spec.drivers[0].nodeID: Required value
            csinodes | {spec: {drivers: [{name: 'd', nodeID: 'i'}, {name: 'd', nodeID: 'i'}]}} | spec.drivers[1].name: Duplicate value: "d"
            csinodes | {spec: {drivers: [{name: 'd', nodeID: 'i', topologyKeys: ['k', 'k']}]}} | spec.drivers[0]: Duplicate value: "k"
            csinodes | {spec: {drivers: [{name: 'd', nodeID: 'i', allocatable: {count: -1}}]}} | spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0
            csistoragecapacities | {storageClassName: 'fast', capacity: '-1'} | capacity: Invalid value: "-1": must be greater than or equal to 0
            csistoragecapacities | {storageClassName: 'Fast'} | storageClassName: Invalid value: "Fast": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            runtimeclasses | {handler: ''} | handler: Required value
            runtimeclasses | {handler: 'a.b'} | handler: Invalid value: "a.b": must not contain dots
            runtimeclasses | {handler: 'k', overhead: {podFixed: {cpu: '-1'}}} | overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0
            runtimeclasses | {handler: 'k', scheduling: {tolerations: [{effect: 'Never', operator: 'Exists'}]}} | scheduling.tolerations[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"
            runtimeclasses | {handler: 'k', scheduling: {nodeSelector: {a: '-'}}} | scheduling.nodeSelector: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
            podtemplates | {template: {spec: {}}} | template.spec.containers: Required value
            """)
    void refuses_bad_objects(String resource, String text, String finding) {
        assertThat(kind(resource).refusals(text)).contains(finding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            storageclasses | {provisioner: 'p'} | {provisioner: 'q'} | provisioner: Forbidden: updates to provisioner are forbidden.
            storageclasses | {provisioner: 'p'} | {provisioner: 'p', volumeBindingMode: 'WaitForFirstConsumer'} | volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable
            volumeattributesclasses | {driverName: 'd', parameters: {a: 'b'}} | {driverName: 'd', parameters: {a: 'c'}} | parameters: Forbidden: updates to parameters are forbidden.
            volumeattachments | {spec: {attacher: 'd', nodeName: 'n', source: {persistentVolumeName: 'p'}}} | {spec: {attacher: 'd', nodeName: 'm', source: {persistentVolumeName: 'p'}}} | spec: Invalid value: {"attacher":"d","nodeName":"m","source":{"persistentVolumeName":"p"}}: field is immutable
            csidrivers | {spec: {}} | {spec: {attachRequired: false}} | spec.attachedRequired: Invalid value: false: field is immutable
            csinodes | {spec: {drivers: [{name: 'd', nodeID: 'i'}]}} | {spec: {drivers: [{name: 'd', nodeID: 'j', allocatable: {count: 1}}]}} | spec.drivers: Invalid value: {"name":"d","nodeID":"j","topologyKeys":null}: field is immutable
            csistoragecapacities | {storageClassName: 'a'} | {storageClassName: 'b'} | storageClassName: Invalid value: "b": field is immutable
            runtimeclasses | {handler: 'a'} | {handler: 'b'} | handler: Invalid value: "b": field is immutable
            """)
    void some_fields_stay(String resource, String before, String after, String finding) {
        assertThat(kind(resource).updateRefusals(before, after)).containsExactly(finding);
    }

    @Test
    void a_node_may_change_how_many_volumes_it_takes() {
        String node = "{spec: {drivers: [{name: 'd', nodeID: 'i', allocatable: {count: 1}}]}}";
        assertThat(kind("csinodes").updateRefusals(node, node.replace("count: 1", "count: 2")))
                .isEmpty();
    }

    @Test
    void generation_of_a_driver_counts_from_its_first_change() {
        Kind drivers = kind("csidrivers");
        ObjectNode old = drivers.stored("{spec: {}}");
        ObjectNode now = drivers.defaulted("{spec: {requiresRepublish: true}}");
        drivers.strategy().prepareForUpdate(drivers.context("it"), now, old);
        assertThat(old.at("/metadata/generation").isMissingNode()).isTrue();
        assertThat(now.at("/metadata/generation").asInt()).isEqualTo(1);
    }

    @Test
    void errors_of_an_attachment_are_short() {
        Kind attachments = kind("volumeattachments");
        ObjectNode old =
                attachments.stored("{spec: {attacher: 'd', nodeName: 'n', source: {persistentVolumeName: 'p'}}}");
        ObjectNode now = old.deepCopy();
        now.putObject("status")
                .putObject("attachError")
                .put("message", "x".repeat(1025))
                .put("errorCode", -1);
        assertThat(Kind.told(attachments.strategy().validateStatusUpdate(attachments.context("it"), now, old)))
                .containsExactly(
                        "status.attachError.message: Too long: may not be more than 262144 bytes",
                        "status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive");
    }
}
