package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.machinery.object.Quantity;
import io.flotilla.machinery.quota.QuotaScope;
import io.flotilla.machinery.quota.QuotaUsage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what would exceed a quota of its namespace, and charges what does not: {@code status.used} of each quota that
 * counts the object is checked and advanced in one compare-and-swap, so that creators that race at several servers never
 * get more than there is. A charge is given back if the object is not stored after all. What deletions and the end of
 * pods give back, and the first count, is the business of the resource quota controller.
 */
public final class ResourceQuota implements Admission {
    /** What is not stored as such, or comes from the system in any number. */
    private static final Set<String> IGNORED = Set.of("bindings", "componentstatuses", "events");

    private static final Set<String> IGNORED_GROUPS =
            Set.of("authentication.k8s.io", "authorization.k8s.io", "events.k8s.io");
    private static final int STRIPES = 64;

    private final Resources resources;
    /** Creators in one namespace take turns within this process: swaps fail only against other servers. */
    private final List<ReentrantLock> turns =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toList();

    public ResourceQuota(Resources resources) {
        this.resources = resources;
    }

    @Override
    public String name() {
        return "ResourceQuota";
    }

    @Override
    public boolean handles(String group, String resource) {
        return !IGNORED_GROUPS.contains(group) && !(group.isEmpty() && IGNORED.contains(resource));
    }

    @Override
    public Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (context.namespace().isEmpty()) {
            return () -> {};
        }
        QuotaUsage usage =
                QuotaUsage.of(context.resource().group(), context.resource().resource());
        if (old != null && !usage.handlesUpdate(object, old)) {
            return () -> {};
        }
        Map<String, Map<String, Quantity>> charges = new LinkedHashMap<>();
        for (ObjectNode each : context.store().cachedList(resources.of("", "resourcequotas"), context.namespace())) {
            Field quota = Field.of(each);
            Map<String, Quantity> charge = charge(context, usage, object, old, quota);
            if (!charge.isEmpty()) {
                check(context, object, quota, charge);
                charges.put(quota.at("metadata").text("name"), charge);
            }
        }
        return context.dryRun() || charges.isEmpty() ? () -> {} : charge(context, object, charges);
    }

    /** What the write adds to the use of one quota; nothing if the quota does not count the object. */
    private static Map<String, Quantity> charge(
            WriteContext context, QuotaUsage usage, ObjectNode object, @Nullable ObjectNode old, Field quota) {
        Set<String> counted = new TreeSet<>();
        for (Field entry : quota.at("status", "hard").entries()) {
            if (usage.measures(entry.name())) {
                counted.add(entry.name());
            }
        }
        List<QuotaScope> scopes = QuotaScope.of(quota.value());
        if (counted.isEmpty() || !usage.isIn(scopes, object)) {
            return Map.of();
        }
        String name = quota.at("metadata").text("name");
        String missing = usage.missing(counted, object);
        if (missing != null) {
            throw PodAdmission.forbidden(context, object, "failed quota: " + name + ": " + missing);
        }
        if (counted.stream().anyMatch(each -> !quota.at("status", "used").has(each))) {
            throw PodAdmission.forbidden(
                    context, object, "status unknown for quota: " + name + ", resources: " + String.join(",", counted));
        }
        Map<String, Quantity> before =
                old != null && usage.isIn(scopes, old) ? usage.amounts(old, context.now()) : Map.of();
        Map<String, Quantity> charge = new TreeMap<>();
        usage.amounts(object, context.now()).forEach((entry, amount) -> {
            Quantity added = amount.minus(before.getOrDefault(entry, Quantity.ZERO));
            if (added.signum() > 0 && counted.contains(entry)) {
                charge.put(entry, added);
            }
        });
        return charge;
    }

    private static void check(WriteContext context, ObjectNode object, Field quota, Map<String, Quantity> charge) {
        Field used = quota.at("status", "used");
        Field hard = quota.at("status", "hard");
        List<String> exceeded = charge.keySet().stream()
                .filter(name -> hard.has(name)
                        && used.key(name)
                                        .quantity()
                                        .plus(charge.getOrDefault(name, Quantity.ZERO))
                                        .compareTo(hard.key(name).quantity())
                                > 0)
                .toList();
        if (!exceeded.isEmpty()) {
            throw PodAdmission.forbidden(
                    context,
                    object,
                    "exceeded quota: " + quota.at("metadata").text("name") + ", requested: "
                            + told(exceeded, name -> String.valueOf(charge.get(name))) + ", used: "
                            + told(exceeded, name -> used.key(name).quantity().toString()) + ", limited: "
                            + told(exceeded, name -> hard.key(name).quantity().toString()));
        }
    }

    private static String told(List<String> names, UnaryOperator<String> amount) {
        return names.stream().map(name -> name + "=" + amount.apply(name)).collect(Collectors.joining(","));
    }

    private Runnable charge(WriteContext context, ObjectNode object, Map<String, Map<String, Quantity>> charges) {
        Map<String, Map<String, Quantity>> charged = new LinkedHashMap<>();
        Runnable undo = () -> charged.forEach((name, charge) -> update(context, name, quota -> {
            charge.forEach((entry, amount) -> add(quota, entry, Quantity.ZERO.minus(amount)));
            return quota;
        }));
        ReentrantLock turn = turns.get(Math.floorMod(context.namespace().hashCode(), STRIPES));
        turn.lock();
        try {
            charges.forEach((name, charge) -> {
                update(context, name, quota -> {
                    check(context, object, Field.of(quota), charge);
                    charge.forEach((entry, amount) -> add(quota, entry, amount));
                    return quota;
                });
                charged.put(name, charge);
            });
            return undo;
        } catch (StatusException e) {
            undo.run();
            throw e;
        } finally {
            turn.unlock();
        }
    }

    /** A quota that is gone limits no more. */
    private void update(WriteContext context, String name, UnaryOperator<ObjectNode> change) {
        try {
            context.store().update(resources.of("", "resourcequotas"), context.namespace(), name, change);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** What the controller has counted anew meanwhile may be less than what is given back. */
    private static void add(ObjectNode quota, String entry, Quantity amount) {
        ObjectNode used = Trees.child(Trees.child(quota, "status"), "used");
        Quantity sum = Field.of(used).key(entry).quantity().plus(amount);
        used.put(entry, sum.signum() < 0 ? "0" : sum.toString());
    }
}
