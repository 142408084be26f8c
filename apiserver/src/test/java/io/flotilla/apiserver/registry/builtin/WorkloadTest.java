package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ScaleHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {
    private static final String TEMPLATE =
            "template: {metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}";
    private static final String SPEC = "selector: {matchLabels: {app: 'web'}}, " + TEMPLATE;

    private final Kind deployments = new Kind("apps", "v1", "deployments");

    @Test
    void a_good_deployment_has_its_first_generation() {
        assertThat(deployments.refusals("{spec: {" + SPEC + "}}")).isEmpty();
        ObjectNode made = deployments.prepared("{status: {replicas: 3}, spec: {" + SPEC + "}}");
        assertThat(made.at("/metadata/generation").asInt()).isEqualTo(1);
        assertThat(made.has("status")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            replicas: -1, selector: {matchLabels: {app: 'web'}},                  | spec.replicas: Invalid value: -1: must be greater than or equal to 0
            selector: {},                                                         | spec.selector: Invalid value: {}: empty selector is invalid for deployment
            selector: {matchLabels: {app: 'x'}},                                  | spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`
            replicas: 1,                                                          | spec.selector: Required value
            replicas: 1,                                                          | spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`
            selector: {matchLabels: {app: 'web'}}, strategy: {type: 'Big'},       | spec.strategy.type: Unsupported value: "Big": supported values: "Recreate", "RollingUpdate"
            selector: {matchLabels: {app: 'web'}}, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, | spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0
            selector: {matchLabels: {app: 'web'}}, strategy: {rollingUpdate: {maxUnavailable: '101%'}}, | spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%
            selector: {matchLabels: {app: 'web'}}, progressDeadlineSeconds: 5, minReadySeconds: 5, | spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds
            """)
    void refuses_bad_deployments(String fields, String finding) {
        assertThat(deployments.refusals("{spec: {" + fields + TEMPLATE + "}}")).contains(finding);
    }

    @Test
    void labels_that_are_not_there_are_null() {
        assertThat(deployments.refusals(
                        "{spec: {" + SPEC.replace("metadata: {labels: {app: 'web'}}", "metadata: {}") + "}}"))
                .containsExactly("spec.template.metadata.labels: Invalid value: null:"
                        + " `selector` does not match template `labels`");
    }

    @Test
    void the_selector_stays() {
        String other = "{spec: {selector: {matchLabels: {app: 'x'}}, " + TEMPLATE.replace("web", "x") + "}}";
        assertThat(deployments.updateRefusals("{spec: {" + SPEC + "}}", other))
                .containsExactly("spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\"}}: field is immutable");
    }

    @Test
    void generation_counts_changes_of_spec_and_annotations_only() {
        ObjectNode old = deployments.stored("{spec: {" + SPEC + "}}");
        ObjectNode labelled = old.deepCopy();
        ((ObjectNode) labelled.get("metadata")).putObject("labels").put("a", "b");
        deployments.strategy().prepareForUpdate(deployments.context("it"), labelled, old);
        assertThat(labelled.at("/metadata/generation").asInt()).isEqualTo(1);
        ObjectNode scaled = old.deepCopy();
        ((ObjectNode) scaled.get("spec")).put("replicas", 5);
        deployments.strategy().prepareForUpdate(deployments.context("it"), scaled, old);
        assertThat(scaled.at("/metadata/generation").asInt()).isEqualTo(2);
    }

    @Test
    void scale_reads_and_writes_replicas() {
        deployments.created("{spec: {replicas: 2, " + SPEC + "}}");
        ObjectNode scale = deployments.handler("scale").read(deployments.context("it"));
        assertThat(scale.at("/spec/replicas").asInt()).isEqualTo(2);
        assertThat(scale.at("/status/selector").asText()).isEqualTo("app=web");
        ((ScaleHandler) deployments.handler("scale")).update(deployments.context("it"), shown -> {
            ((ObjectNode) shown.get("spec")).put("replicas", 7);
            return shown;
        });
        ObjectNode stored =
                deployments.store.get(deployments.resource(), "default", "it").orElseThrow();
        assertThat(stored.at("/spec/replicas").asInt()).isEqualTo(7);
        assertThat(stored.at("/metadata/generation").asInt()).isEqualTo(2);
    }

    @Test
    void a_stateful_set_changes_little() {
        Kind sets = new Kind("apps", "v1", "statefulsets");
        assertThat(sets.updateRefusals(
                        "{spec: {serviceName: 'a', " + SPEC + "}}",
                        "{spec: {serviceName: 'b', replicas: 3, " + SPEC + "}}"))
                .containsExactly(
                        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals',"
                                + " 'template', 'updateStrategy', 'revisionHistoryLimit',"
                                + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }

    @Test
    void a_daemon_set_counts_changes_of_its_template() {
        Kind sets = new Kind("apps", "v1", "daemonsets");
        ObjectNode old = sets.stored("{spec: {" + SPEC + "}}");
        assertThat(old.at("/metadata/annotations/deprecated.daemonset.template.generation")
                        .asText())
                .isEqualTo("1");
        ObjectNode now = old.deepCopy();
        ((ObjectNode) now.at("/spec/template/spec/containers/0")).put("image", "nginx:2");
        sets.strategy().prepareForUpdate(sets.context("it"), now, old);
        assertThat(now.at("/metadata/annotations/deprecated.daemonset.template.generation")
                        .asText())
                .isEqualTo("2");
    }

    @Test
    void a_job_selects_its_pods_by_its_own_identity() {
        Kind jobs = new Kind("batch", "v1", "jobs");
        String job = "{spec: {template: {spec: {restartPolicy: 'Never', containers: [{name: 'c', image: 'i'}]}}}}";
        assertThat(jobs.refusals(job)).isEmpty();
        ObjectNode made = jobs.prepared(job);
        assertThat(made.at("/spec/selector/matchLabels/batch.kubernetes.io~1controller-uid")
                        .asText())
                .isEqualTo("0a1b");
        assertThat(made.at("/spec/template/metadata/labels/job-name").asText()).isEqualTo("it");
        assertThat(jobs.refusals(job.replace("restartPolicy: 'Never', ", "")))
                .containsExactly(
                        "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            * * * *      | expected exactly 5 fields, found 4: [* * * *]
            60 * * * *   | end of range (60) above maximum (59): 60
            */0 * * * *  | step of range should be a positive number: */0
            5-1 * * * *  | beginning of range (5) beyond end of range (1): 5-1
            @never       | unrecognized descriptor: @never
            """)
    void tells_what_is_wrong_with_a_schedule(String schedule, String detail) {
        Kind cronJobs = new Kind("batch", "v1", "cronjobs");
        String spec = "{spec: {schedule: '" + schedule
                + "', jobTemplate: {spec: {template: {spec: {restartPolicy: 'Never', containers: [{name: 'c', image: 'i'}]}}}}}}";
        assertThat(cronJobs.refusals(spec))
                .containsExactly("spec.schedule: Invalid value: \"" + schedule + "\": " + detail);
    }
}
