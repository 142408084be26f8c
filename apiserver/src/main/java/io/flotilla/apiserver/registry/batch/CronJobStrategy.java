package io.flotilla.apiserver.registry.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodWarnings;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cron jobs. */
public final class CronJobStrategy extends KindStrategy {
    /** Leaves room for the eleven characters that the controller adds for a job's name. */
    private static final int MAX_NAME = 52;

    public CronJobStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.ofOwner(object, old, context.warn(), "jobTemplate", "spec", "template");
    }

    @Override
    protected void check(WriteContext context, Field cronJob, Findings findings) {
        Field spec = cronJob.at("spec");
        checkSpec(spec, findings);
        if (cronJob.at("metadata").text("name").length() > MAX_NAME) {
            findings.invalid(cronJob.at("metadata", "name"), "must be no more than " + MAX_NAME + " characters");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field cronJob, Field old, Findings findings) {
        checkSpec(cronJob.at("spec"), findings);
    }

    private static void checkSpec(Field spec, Findings findings) {
        Field schedule = spec.at("schedule");
        if (schedule.isEmpty()) {
            findings.required(schedule);
        } else {
            String wrong = CronSchedule.findError(schedule.text());
            if (!wrong.isEmpty()) {
                findings.invalid(schedule, wrong);
            }
            if (schedule.text().contains("TZ")) {
                findings.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
            }
        }
        findings.nonNegative(spec.at("startingDeadlineSeconds"));
        Field zone = spec.at("timeZone");
        if (zone.isSet()) {
            checkZone(zone, findings);
        }
        Field policy = spec.at("concurrencyPolicy");
        if (policy.isEmpty()) {
            findings.required(policy);
        } else if (!policy.is("Allow") && !policy.is("Forbid") && !policy.is("Replace")) {
            findings.notSupported(policy, List.of("Allow", "Forbid", "Replace"));
        }
        Field job = spec.at("jobTemplate", "spec");
        JobSpecs.check(job, findings);
        if (job.has("selector")) {
            findings.invalid(job.at("selector"), "`selector` will be auto-generated");
        }
        if (job.flag("manualSelector")) {
            findings.notSupported(job.at("manualSelector"), true, List.of("nil", "false"));
        }
        findings.nonNegative(spec.at("successfulJobsHistoryLimit"));
        findings.nonNegative(spec.at("failedJobsHistoryLimit"));
    }

    private static void checkZone(Field zone, Findings findings) {
        if (zone.isEmpty()) {
            findings.invalid(zone, "", "timeZone must be nil or non-empty string");
        } else if (zone.text().equalsIgnoreCase("Local")) {
            findings.invalid(
                    zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        } else {
            try {
                ZoneId.of(zone.text());
            } catch (DateTimeException e) {
                findings.invalid(zone, "unknown time zone " + zone.text());
            }
        }
    }
}
