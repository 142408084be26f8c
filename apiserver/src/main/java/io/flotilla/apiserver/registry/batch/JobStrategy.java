package io.flotilla.apiserver.registry.batch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodWarnings;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.DeleteOptions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs. Unless told otherwise a job selects its pods by its own UID, which labels its template. */
public final class JobStrategy extends KindStrategy {
    private static final String CONTROLLER_UID = "batch.kubernetes.io/controller-uid";
    private static final String JOB_NAME = "batch.kubernetes.io/job-name";
    private static final String LEGACY_CONTROLLER_UID = "controller-uid";
    private static final String LEGACY_JOB_NAME = "job-name";

    public JobStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        if (object.path("spec").path("manualSelector").booleanValue()) {
            return;
        }
        String uid = Trees.text(object, "metadata", "uid");
        String name = Trees.text(object, "metadata", "name");
        ObjectNode spec = Trees.child(object, "spec");
        ObjectNode labels = Trees.child(Trees.child(Trees.child(spec, "template"), "metadata"), "labels");
        Map<String, String> own =
                Map.of(LEGACY_JOB_NAME, name, JOB_NAME, name, LEGACY_CONTROLLER_UID, uid, CONTROLLER_UID, uid);
        own.forEach((label, value) -> {
            // A label that the user gave another value stays, and validation tells of it.
            if (!labels.has(label)) {
                labels.put(label, value);
            }
        });
        ObjectNode matched = Trees.child(Trees.child(spec, "selector"), "matchLabels");
        if (!matched.has(CONTROLLER_UID)) {
            matched.put(CONTROLLER_UID, uid);
        }
    }

    @Override
    public DeleteOptions.Propagation defaultPropagation() {
        return DeleteOptions.Propagation.ORPHAN;
    }

    @Override
    public void warnOfDefaultPropagation(WriteContext context) {
        context.warn()
                .accept("child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to"
                        + " remove them or set propagationPolicy=Orphan to suppress this warning");
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.ofOwner(object, old, context.warn(), "template");
    }

    @Override
    protected void check(WriteContext context, Field job, Findings findings) {
        checkGeneratedSelector(job, findings);
        Field spec = job.at("spec");
        JobSpecs.check(spec, findings);
        Field selector = spec.at("selector");
        if (!selector.isSet()) {
            findings.required(selector);
        } else {
            Selectors.check(selector, findings);
        }
        Field labels = spec.at("template", "metadata", "labels");
        if (selector.isSet() && !Selectors.matches(selector.value(), labels.value())) {
            findings.invalid(labels, "`selector` does not match template `labels`");
        }
        String name = job.at("metadata").text("name");
        if (spec.at("completionMode").is("Indexed") && spec.number("completions") > 0) {
            String podHost = name + "-" + (spec.number("completions") - 1);
            if (!Names.isLabel(podHost) || podHost.length() > 63) {
                findings.invalid(
                        job.at("metadata", "name"), "will not able to create pod with invalid DNS label: " + podHost);
            }
        }
    }

    private static void checkGeneratedSelector(Field job, Findings findings) {
        Field spec = job.at("spec");
        if (spec.flag("manualSelector") || !spec.has("selector")) {
            return;
        }
        String uid = job.at("metadata").text("uid");
        if (uid.isEmpty()) {
            findings.required(job.at("metadata", "uid"));
        }
        String name = job.at("metadata").text("name");
        Field labels = spec.at("template", "metadata", "labels");
        checkLabel(labels, LEGACY_CONTROLLER_UID, uid, findings);
        checkLabel(labels, LEGACY_JOB_NAME, name, findings);
        checkLabel(labels, CONTROLLER_UID, uid, findings);
        checkLabel(labels, JOB_NAME, name, findings);
        ObjectNode expected = JsonNodeFactory.instance.objectNode();
        expected.put(LEGACY_CONTROLLER_UID, uid).put(LEGACY_JOB_NAME, name);
        expected.put(CONTROLLER_UID, uid).put(JOB_NAME, name);
        if (!Selectors.matches(spec.at("selector").value(), expected)) {
            findings.invalid(spec.at("selector"), "`selector` not auto-generated");
        }
    }

    private static void checkLabel(Field labels, String key, String expected, Findings findings) {
        Field label = labels.key(key);
        if (!label.isSet()) {
            findings.required(label, "must be '" + expected + "'");
        } else if (!label.is(expected)) {
            findings.invalid(label, labels.value(), "must be '" + expected + "'");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field job, Field old, Findings findings) {
        check(context, job, findings);
        JobSpecs.checkUpdate(job, old, findings);
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field job, Field old, Findings findings) {
        Field status = job.at("status");
        for (String count : List.of("active", "succeeded", "failed", "ready", "terminating")) {
            findings.nonNegative(status.at(count));
        }
        boolean complete = isTrue(status, "Complete");
        boolean failed = isTrue(status, "Failed");
        if (complete && failed) {
            findings.invalid(status.at("conditions"), "cannot set Complete=True and Failed=true conditions");
        }
        if (status.has("completionTime") && !complete) {
            findings.invalid(
                    status.at("completionTime"), "cannot set completionTime when there is no Complete=True condition");
        }
        for (String finished : List.of("Complete", "Failed")) {
            if (isTrue(old.at("status"), finished) && !isTrue(status, finished)) {
                findings.invalid(
                        status.at("conditions"), "cannot disable the terminal " + finished + "=True condition");
            }
        }
    }

    private static boolean isTrue(Field status, String condition) {
        return status.at("conditions")
                .any(each -> each.text("type").equals(condition)
                        && each.text("status").equals("True"));
    }
}
