package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a pod's priority from its priority class; keeps the default class unique. */
public final class Priority implements Admission {
    private static final String PREEMPT = "PreemptLowerPriority";

    private final Resources resources;

    public Priority(Resources resources) {
        this.resources = resources;
    }

    @Override
    public String name() {
        return "Priority";
    }

    @Override
    public boolean handles(String group, String resource) {
        return isPods(group, resource) || (group.equals("scheduling.k8s.io") && resource.equals("priorityclasses"));
    }

    private static boolean isPods(String group, String resource) {
        return group.isEmpty() && resource.equals("pods");
    }

    @Override
    public void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old == null && isPods(context.resource().group(), context.resource().resource())) {
            admitPod(context, object, Trees.child(object, "spec"));
        }
    }

    private void admitPod(WriteContext context, ObjectNode pod, ObjectNode spec) {
        String name = Trees.text(spec, "priorityClassName");
        ResourceInfo classes = resources.of("scheduling.k8s.io", "priorityclasses");
        Optional<ObjectNode> found = name.isEmpty()
                ? standard(context, classes)
                : context.store()
                        .cached(classes, "", name)
                        .or(() -> context.store().get(classes, "", name));
        if (found.isEmpty() && !name.isEmpty()) {
            throw PodAdmission.forbidden(context, pod, "no PriorityClass with name " + name + " was found");
        }
        long priority = found.map(each -> each.path("value").longValue()).orElse(0L);
        String policy =
                found.map(each -> each.path("preemptionPolicy").asText(PREEMPT)).orElse(PREEMPT);
        if (name.isEmpty() && found.isPresent()) {
            spec.put("priorityClassName", Trees.text(found.get(), "metadata", "name"));
        }
        JsonNode given = spec.path("priority");
        if (given.isNumber() && given.longValue() != priority) {
            throw PodAdmission.forbidden(
                    context,
                    pod,
                    "the integer value of priority (" + given.longValue()
                            + ") must not be provided in pod spec; priority admission controller computed " + priority
                            + " from the given PriorityClass name");
        }
        String givenPolicy = Trees.text(spec, "preemptionPolicy");
        if (!givenPolicy.isEmpty() && !givenPolicy.equals(policy)) {
            throw PodAdmission.forbidden(
                    context,
                    pod,
                    "the string value of PreemptionPolicy (" + givenPolicy
                            + ") must not be provided in pod spec; priority admission controller computed " + policy
                            + " from the given PriorityClass name");
        }
        spec.put("priority", priority);
        spec.put("preemptionPolicy", policy);
    }

    /** The class of pods that name none; of several marked so, the lowest. */
    private static Optional<ObjectNode> standard(WriteContext context, ResourceInfo classes) {
        return context.store().cachedList(classes, "").stream()
                .filter(each -> each.path("globalDefault").booleanValue())
                .min((a, b) -> Long.compare(
                        a.path("value").longValue(), b.path("value").longValue()));
    }

    @Override
    public Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        boolean isClass = context.resource().resource().equals("priorityclasses");
        if (isClass && object.path("globalDefault").booleanValue()) {
            standard(context, context.resource()).ifPresent(present -> {
                String other = Trees.text(present, "metadata", "name");
                if (!other.equals(Trees.text(object, "metadata", "name"))) {
                    throw StatusException.forbidden(
                            context.resource(),
                            Trees.text(object, "metadata", "name"),
                            "PriorityClass " + other + " is already marked as default. Only one default can exist");
                }
            });
        }
        return () -> {};
    }
}
