package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageTest {
    private static final String CLAIM =
            "{spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage: '1Gi'}}}}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            |v1|persistentvolumeclaims| {spec: {resources: {requests: {storage: '1Gi'}}}} | spec.accessModes: Required value: at least 1 access mode is required
            |v1|persistentvolumeclaims| {spec: {accessModes: ['ReadWriteOnce']}} | spec.resources[storage]: Required value
            |v1|persistentvolumeclaims| {spec: {accessModes: ['Often'], resources: {requests: {storage: '1Gi'}}}} | spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"
            |v1|persistentvolumes| {spec: {accessModes: ['ReadWriteOnce'], capacity: {storage: '1Gi'}}} | spec: Required value: must specify a volume type
            storage.k8s.io|v1|storageclasses| {provisioner: ''} | provisioner: Required value
            scheduling.k8s.io|v1|priorityclasses| {value: 1000000001} | value: Forbidden: maximum allowed value of a user defined priority is 1000000000
            rbac.authorization.k8s.io|v1|roles| {rules: [{verbs: ['get']}]} | rules[0].apiGroups: Required value: resource rules must supply at least one api group
            rbac.authorization.k8s.io|v1|rolebindings| {roleRef: {kind: 'Thing', name: 'x'}} | roleRef.kind: Unsupported value: "Thing": supported values: "Role", "ClusterRole"
            """)
    void refuses_bad_objects(String group, String version, String resource, String text, String finding) {
        assertThat(new Kind(group == null ? "" : group, version, resource).refusals(text))
                .contains(finding);
    }

    @Test
    void a_claim_keeps_what_it_asked_for() {
        assertThat(new Kind("", "v1", "persistentvolumeclaims").updateRefusals(CLAIM, CLAIM.replace("Once", "Many")))
                .singleElement()
                .asString()
                .startsWith("spec: Forbidden: spec is immutable after creation except resources.requests and"
                        + " volumeAttributesClassName for bound claims\n");
    }
}
