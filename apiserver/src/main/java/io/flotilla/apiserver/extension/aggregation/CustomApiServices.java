package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Keeps an APIService for each version of a group that definitions define; what someone else made is left alone. */
final class CustomApiServices {
    /** Value of the label on what comes and goes with what is served. */
    private static final String ALWAYS = "true";

    private static final int GROUP_PRIORITY = 1000;
    private static final int VERSION_PRIORITY = 100;

    private final Schema schema;
    private final Registry registry;
    private final ResourceInfo resource;
    private final OwnObjects objects;
    private final Clock clock;

    CustomApiServices(Schema schema, Registry registry, ResourceInfo resource, OwnObjects objects, Clock clock) {
        this.schema = schema;
        this.registry = registry;
        this.resource = resource;
        this.objects = objects;
        this.clock = clock;
    }

    void settle(List<ApiServices.Read> all) {
        if (!schema.isComplete()) {
            return;
        }
        Set<String> made = new HashSet<>();
        Set<String> foreign = new HashSet<>();
        all.forEach(each -> (each.service().automanaged().equals(ALWAYS) ? made : foreign)
                .add(each.service().name()));
        Set<String> wanted = new HashSet<>();
        for (ResourceInfo each : schema.customResources()) {
            String name = each.version() + "." + each.group();
            if (wanted.add(name) && !foreign.contains(name)) {
                objects.ensure(resource, "", name, object -> fill(object, each));
            }
        }
        made.stream().filter(name -> !wanted.contains(name)).forEach(name -> {
            boolean _ = registry.objects().remove(resource, "", name);
        });
    }

    private void fill(ObjectNode object, ResourceInfo served) {
        Trees.child(Trees.child(object, "metadata"), "labels").put(ApiService.AUTOMANAGED, ALWAYS);
        object.putObject("spec")
                .put("group", served.group())
                .put("version", served.version())
                .put("groupPriorityMinimum", GROUP_PRIORITY)
                .put("versionPriority", VERSION_PRIORITY);
        if (!Condition.LOCAL.stands(object)) {
            Condition.LOCAL.writeInto(object, clock.instant());
        }
    }
}
