package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.machinery.object.Quantity;
import io.flotilla.machinery.pod.PodRequests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives new pods the default amounts of their namespace's limit ranges, and refuses what is outside the ranges. */
public final class LimitRanger implements Admission {
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    private final Resources resources;

    public LimitRanger(Resources resources) {
        this.resources = resources;
    }

    @Override
    public String name() {
        return "LimitRanger";
    }

    @Override
    public boolean handles(String group, String resource) {
        return group.isEmpty() && (resource.equals("pods") || resource.equals("persistentvolumeclaims"));
    }

    private List<JsonNode> limits(WriteContext context) {
        List<JsonNode> limits = new ArrayList<>();
        for (ObjectNode range : context.store().cachedList(resources.of("", "limitranges"), context.namespace())) {
            range.path("spec").path("limits").forEach(limits::add);
        }
        return limits;
    }

    @Override
    public void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old != null || !context.resource().resource().equals("pods")) {
            return;
        }
        List<String> told = new ArrayList<>();
        for (JsonNode limit : limits(context)) {
            if (!limit.path("type").asText().equals("Container")) {
                continue;
            }
            for (String list : PodAdmission.CONTAINERS) {
                for (JsonNode each : object.path("spec").path(list)) {
                    ObjectNode container = (ObjectNode) each;
                    String what = (list.equals("containers") ? "container " : "init container ")
                            + container.path("name").asText();
                    fill(container, "requests", limit.path("defaultRequest"), what, "request", told);
                    fill(container, "limits", limit.path("default"), what, "limit", told);
                }
            }
        }
        if (!told.isEmpty()) {
            Trees.child(Trees.child(object, "metadata"), "annotations")
                    .put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", told));
        }
    }

    private static void fill(
            ObjectNode container, String kind, JsonNode defaults, String what, String word, List<String> told) {
        List<String> set = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : defaults.properties()) {
            ObjectNode amounts = Trees.child(Trees.child(container, "resources"), kind);
            if (!amounts.has(each.getKey())) {
                amounts.set(each.getKey(), each.getValue());
                set.add(each.getKey());
            }
        }
        if (!set.isEmpty()) {
            set.sort(String::compareTo);
            told.add(String.join(", ", set) + " " + word + " for " + what);
        }
    }

    @Override
    public Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        boolean pod = context.resource().resource().equals("pods");
        if (old != null && (pod || object.path("metadata").has("deletionTimestamp"))) {
            return () -> {};
        }
        List<String> refused = new ArrayList<>();
        Field spec = Field.of(object).at("spec");
        for (JsonNode each : limits(context)) {
            Field limit = Field.of(each);
            switch (limit.text("type")) {
                case "Container" -> {
                    for (String list : PodAdmission.CONTAINERS) {
                        for (Field container : spec.at(list).items()) {
                            check(limit, amounts(container, "requests"), amounts(container, "limits"), refused);
                        }
                    }
                }
                case "Pod" -> {
                    if (pod) {
                        check(limit, PodRequests.requests(spec.value()), PodRequests.limits(spec.value()), refused);
                    }
                }
                case "PersistentVolumeClaim" -> {
                    if (!pod) {
                        check(limit, amounts(spec, "requests"), Map.of(), refused);
                    }
                }
                default -> {}
            }
        }
        if (!refused.isEmpty()) {
            throw PodAdmission.forbidden(
                    context, object, refused.size() == 1 ? refused.getFirst() : "[" + String.join(", ", refused) + "]");
        }
        return () -> {};
    }

    private static Map<String, Quantity> amounts(Field holder, String kind) {
        Map<String, Quantity> amounts = new HashMap<>();
        holder.at("resources", kind).entries().forEach(each -> amounts.put(each.name(), each.quantity()));
        return amounts;
    }

    private static void check(
            Field limit, Map<String, Quantity> requests, Map<String, Quantity> limits, List<String> refused) {
        String type = limit.text("type");
        boolean claim = type.equals("PersistentVolumeClaim");
        for (Field bound : limit.at("min").entries()) {
            String words = "minimum " + bound.name() + " usage per " + type + " is " + bound.quantity();
            Quantity request = requests.get(bound.name());
            Quantity most = limits.get(bound.name());
            if (request == null) {
                refused.add(words + ".  No request is specified");
            } else if (request.compareTo(bound.quantity()) < 0) {
                refused.add(words + ", but request is " + request);
            } else if (most != null && most.compareTo(bound.quantity()) < 0) {
                refused.add(words + ", but limit is " + most);
            }
        }
        for (Field bound : limit.at("max").entries()) {
            String words = "maximum " + bound.name() + " usage per " + type + " is " + bound.quantity();
            Quantity request = requests.get(bound.name());
            Quantity most = limits.get(bound.name());
            if (claim && request == null) {
                refused.add(words + ".  No request is specified");
            } else if (most == null && !claim) {
                refused.add(words + ".  No limit is specified");
            } else if (most != null && most.compareTo(bound.quantity()) > 0) {
                refused.add(words + ", but limit is " + most);
            } else if (request != null && request.compareTo(bound.quantity()) > 0) {
                refused.add(words + ", but request is " + request);
            }
        }
        for (Field bound : limit.at("maxLimitRequestRatio").entries()) {
            checkRatio(bound, type, requests.get(bound.name()), limits.get(bound.name()), refused);
        }
    }

    private static void checkRatio(
            Field bound, String type, @Nullable Quantity request, @Nullable Quantity most, List<String> refused) {
        Quantity highest = bound.quantity();
        String words = bound.name() + " max limit to request ratio per " + type + " is " + highest + ", but ";
        if (request == null || request.isZero()) {
            refused.add(words + "no request is specified or request is 0");
        } else if (most == null || most.isZero()) {
            refused.add(words + "no limit is specified or limit is 0");
        } else if (most.amount().compareTo(highest.amount().multiply(request.amount())) > 0) {
            double ratio = most.amount().doubleValue() / request.amount().doubleValue();
            refused.add(words + "provided ratio is " + String.format(Locale.ROOT, "%f", ratio));
        }
    }
}
