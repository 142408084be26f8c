package io.flotilla.apiserver.registry.core;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.ResourceNames;
import io.flotilla.machinery.object.Quantity;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Limit ranges. */
public final class LimitRangeStrategy extends KindStrategy {
    private static final Set<String> TYPES = Set.of("Pod", "Container", "PersistentVolumeClaim");

    public LimitRangeStrategy() {
        super(Names::subdomain, Shape.PLAIN);
    }

    @Override
    protected void check(WriteContext context, Field range, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Field limit : range.at("spec", "limits").items()) {
            Field type = limit.at("type");
            List<String> wrong = Names.qualified(type.text());
            findings.invalid(type, type.text(), wrong);
            if (wrong.isEmpty() && type.text().indexOf('/') < 0 && !TYPES.contains(type.text())) {
                findings.invalid(type, "must be a standard limit type or fully qualified");
            }
            if (!seen.add(type.text())) {
                findings.duplicate(type);
            }
            checkNames(limit, findings);
            if (type.is("PersistentVolumeClaim")
                    && !limit.at("min").has("storage")
                    && !limit.at("max").has("storage")) {
                findings.required(
                        limit.at("limits"),
                        "either minimum or maximum storage value is required, but neither was provided");
            }
            checkOrder(limit, findings);
        }
    }

    private static void checkNames(Field limit, Findings findings) {
        boolean ofPod = limit.at("type").is("Pod");
        boolean compute = ofPod || limit.at("type").is("Container");
        for (String list : List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")) {
            if (ofPod && list.startsWith("default")) {
                if (!limit.at(list).isEmpty()) {
                    findings.forbidden(limit.at(list), "may not be specified when `type` is 'Pod'");
                }
                continue;
            }
            for (Field amount : limit.at(list).entries()) {
                if (compute) {
                    ResourceNames.checkContainer(amount, amount.name(), findings);
                } else {
                    ResourceNames.check(amount, amount.name(), findings);
                }
            }
        }
    }

    /** min <= defaultRequest <= default <= max, as far as they are given. */
    private static void checkOrder(Field limit, Findings findings) {
        Set<String> names = new TreeSet<>();
        for (String list : List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")) {
            limit.at(list).entries().forEach(amount -> names.add(amount.name()));
        }
        for (String name : names) {
            Bound min = new Bound(limit.at("min").key(name), "min value");
            Bound max = new Bound(limit.at("max").key(name), "max value");
            Bound preset = new Bound(limit.at("default").key(name), "default value");
            Bound request = new Bound(limit.at("defaultRequest").key(name), "default request value");
            check(min, max, min, min, findings);
            check(min, request, request, request, findings);
            check(request, max, request, request, findings);
            check(request, new Bound(preset.field, "default limit value"), request, request, findings);
            check(min, preset, preset, min, findings);
            check(preset, max, preset, max, findings);
            checkRatio(limit.at("maxLimitRequestRatio").key(name), min, max, findings);
            if (!ResourceNames.isOvercommitAllowed(name)
                    && preset.isSet()
                    && request.isSet()
                    && preset.amount().compareTo(request.amount()) != 0) {
                findings.invalid(
                        request.field,
                        request.amount().toString(),
                        "default value " + preset.amount() + " must equal to defaultRequest value " + request.amount()
                                + " in " + name);
            }
        }
    }

    private static void checkRatio(Field ratio, Bound min, Bound max, Findings findings) {
        if (!ratio.isSet()) {
            return;
        }
        Quantity value = ratio.quantity();
        if (value.compareTo(Quantity.of(1)) < 0) {
            findings.invalid(ratio, value.toString(), "ratio " + value + " is less than 1");
        }
        if (min.isSet() && max.isSet() && !min.amount().isZero()) {
            double largest =
                    max.amount().amount().doubleValue() / min.amount().amount().doubleValue();
            if (value.amount().doubleValue() > largest) {
                findings.invalid(
                        ratio,
                        value.toString(),
                        String.format("ratio %s is greater than max/min = %f", value, largest));
            }
        }
    }

    private static void check(Bound lower, Bound upper, Bound told, Bound value, Findings findings) {
        if (lower.isSet() && upper.isSet() && lower.amount().compareTo(upper.amount()) > 0) {
            findings.invalid(
                    told.field,
                    value.amount().toString(),
                    lower.words + " " + lower.amount() + " is greater than " + upper.words + " " + upper.amount());
        }
    }

    private record Bound(Field field, String words) {
        boolean isSet() {
            return field.isSet();
        }

        Quantity amount() {
            return field.quantity();
        }
    }
}
