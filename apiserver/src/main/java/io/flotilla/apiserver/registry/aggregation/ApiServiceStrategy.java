package io.flotilla.apiserver.registry.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.request.Quoting;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;

/** API services, named by their version and group. One without a service is served by the API server itself. */
public final class ApiServiceStrategy extends KindStrategy {
    private static final int MAX_GROUP_PRIORITY = 20_000;
    private static final int MAX_VERSION_PRIORITY = 1000;
    private static final List<String> STATUSES = List.of("True", "False", "Unknown");

    public ApiServiceStrategy() {
        super(Names.PATH_SEGMENT, Shape.STATUS, Updates.CONDITIONAL);
    }

    /** What the API server serves itself is available from the beginning. */
    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        if (!Field.of(object).at("spec").has("service")) {
            ObjectNode available =
                    object.putObject("status").putArray("conditions").addObject();
            available.put("type", "Available").put("status", "True");
            available.put(
                    "lastTransitionTime",
                    context.now().truncatedTo(ChronoUnit.SECONDS).toString());
            available.put("reason", "Local").put("message", "Local APIServices are always available");
        }
    }

    @Override
    protected void check(WriteContext context, Field apiService, Findings findings) {
        Field spec = apiService.at("spec");
        Field name = apiService.at("metadata", "name");
        Field group = spec.at("group");
        Field version = spec.at("version");
        String required = version.text() + "." + group.text();
        if (Names.pathSegment(name.text()).isEmpty() && !name.is(required)) {
            findings.invalid(name, "must be `spec.version+\".\"+spec.group`: " + Quoting.quote(required));
        }
        if (!group.isEmpty()) {
            findings.invalid(group, Names.subdomain(group.text()));
        } else if (!version.is("v1")) {
            findings.required(group, "only v1 may have an empty group and it better be legacy kube");
        }
        findings.invalid(version, Names.dns1035Label(version.text()));
        checkPriority(spec.at("groupPriorityMinimum"), MAX_GROUP_PRIORITY, findings);
        checkPriority(spec.at("versionPriority"), MAX_VERSION_PRIORITY, findings);
        checkServer(spec, findings);
    }

    private static void checkPriority(Field priority, int max, Findings findings) {
        if (priority.number() <= 0 || priority.number() > max) {
            findings.invalid(priority, priority.number(), "must be positive and less than " + max);
        }
    }

    private static void checkServer(Field spec, Findings findings) {
        Field bundle = spec.at("caBundle");
        Field insecure = spec.at("insecureSkipTLSVerify");
        if (!spec.has("service")) {
            if (!bundle.isEmpty()) {
                int size = Base64.getMimeDecoder().decode(bundle.text()).length;
                findings.invalid(bundle, size + " bytes", "local APIServices may not have a caBundle");
            }
            if (insecure.flag()) {
                findings.invalid(insecure, "local APIServices may not have insecureSkipTLSVerify");
            }
            return;
        }
        for (String name : List.of("namespace", "name")) {
            if (spec.at("service", name).isEmpty()) {
                findings.required(spec.at("service", name));
            }
        }
        if (insecure.flag() && !bundle.isEmpty()) {
            findings.invalid(insecure, "may not be true if caBundle is present");
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field apiService, Field old, Findings findings) {
        for (Field condition : apiService.at("status", "conditions").items()) {
            if (!STATUSES.contains(condition.text("status"))) {
                findings.notSupported(condition.at("status"), STATUSES);
            }
        }
    }
}
