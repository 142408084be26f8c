package io.flotilla.apiserver.registry.device;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.SchedulingRules;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Slices of pools of devices, as drivers offer them. Driver, pool and node never change. */
public final class ResourceSliceStrategy extends KindStrategy {
    private static final int MAX_DEVICES = 128;
    private static final int MAX_PROPERTIES = 32;
    private static final int MAX_VALUE = 64;
    private static final int MAX_TAINTS = 16;
    private static final String ONE_PLACE =
            "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    private static final List<String> VALUES =
            List.of("bool", "int", "string", "version", "bools", "ints", "strings", "versions");
    private static final Pattern VERSION = Pattern.compile("(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)"
            + "(-(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(\\.(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
            + "(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?");

    public ResourceSliceStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    protected void check(WriteContext context, Field slice, Findings findings) {
        Field spec = slice.at("spec");
        checkOwner(spec, findings);
        checkPlace(spec, findings);
        checkDevices(spec, findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field slice, Field old, Findings findings) {
        Field spec = slice.at("spec");
        Field before = old.at("spec");
        checkOwner(spec, findings);
        findings.immutable(spec.at("pool", "name"), before.at("pool", "name"));
        findings.immutable(spec.at("driver"), before.at("driver"));
        findings.immutable(spec.at("nodeName"), before.at("nodeName"));
        checkPlace(spec, findings);
        checkDevices(spec, findings);
    }

    private static void checkOwner(Field spec, Findings findings) {
        DeviceRules.driver(spec.at("driver"), findings);
        Field pool = spec.at("pool");
        DeviceRules.pool(pool.at("name"), findings);
        Field slices = pool.at("resourceSliceCount");
        if (slices.number() <= 0) {
            findings.invalid(slices, slices.number(), "must be greater than zero");
        }
        if (pool.number("generation") < 0) {
            findings.invalid(pool.at("generation"), "must be greater than or equal to zero");
        }
    }

    private static void checkPlace(Field spec, Findings findings) {
        List<String> set = new ArrayList<>();
        Field node = spec.at("nodeName");
        if (!node.isEmpty()) {
            set.add("`nodeName`");
            findings.invalid(node, Names.subdomain(node.text()));
        }
        Field selector = spec.at("nodeSelector");
        if (selector.isSet()) {
            set.add("`nodeSelector`");
            SchedulingRules.checkNodeSelector(selector, findings);
            if (selector.at("nodeSelectorTerms").size() != 1) {
                findings.invalid(selector.at("nodeSelectorTerms"), "must have exactly one node selector term");
            }
        }
        for (String flag : List.of("allNodes", "perDeviceNodeSelection")) {
            if (spec.flag(flag)) {
                set.add("`" + flag + "`");
            }
        }
        if (set.isEmpty()) {
            findings.required(spec, ONE_PLACE);
        } else if (set.size() > 1) {
            findings.invalid(spec, "{" + String.join(", ", set) + "}", ONE_PLACE + ", but multiple fields are set");
        }
    }

    private static void checkDevices(Field spec, Findings findings) {
        DeviceRules.set(spec.at("devices"), MAX_DEVICES, "name", findings, device -> {
            DeviceRules.label(device.at("name"), findings);
            Field attributes = device.at("attributes");
            Field capacity = device.at("capacity");
            for (Field attribute : attributes.entries()) {
                DeviceRules.qualified(attribute, attribute.name(), findings);
                checkAttribute(attribute, findings);
            }
            for (Field each : capacity.entries()) {
                DeviceRules.qualified(each, each.name(), findings);
            }
            if (attributes.size() + capacity.size() > MAX_PROPERTIES) {
                findings.invalid(
                        device,
                        attributes.size() + capacity.size(),
                        "the total number of attributes and capacities must not exceed " + MAX_PROPERTIES);
            }
            DeviceRules.each(device.at("taints"), MAX_TAINTS, findings, taint -> DeviceRules.taint(taint, findings));
        });
    }

    private static void checkAttribute(Field attribute, Findings findings) {
        Field text = attribute.at("string");
        Field version = attribute.at("version");
        if (text.text().length() > MAX_VALUE) {
            findings.tooLong(text, MAX_VALUE);
        }
        if (version.isSet() && !VERSION.matcher(version.text()).matches()) {
            findings.invalid(version, "must be a string compatible with semver.org spec 2.0.0");
        }
        if (version.text().length() > MAX_VALUE) {
            findings.tooLong(version, MAX_VALUE);
        }
        long values = VALUES.stream().filter(attribute::has).count();
        if (values == 0) {
            findings.required(attribute, "exactly one value must be specified");
        } else if (values > 1) {
            findings.invalid(attribute, "exactly one value must be specified");
        }
    }
}
