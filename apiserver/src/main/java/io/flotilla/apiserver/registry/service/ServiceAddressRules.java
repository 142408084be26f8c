package io.flotilla.apiserver.registry.service;

import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How a service's cluster addresses, their families and the policy of families go together. */
final class ServiceAddressRules {
    private static final Set<String> FAMILIES = new TreeSet<>(List.of("IPv4", "IPv6"));
    private static final String FIXED = "may not change once set";

    private ServiceAddressRules() {}

    static void check(Field spec, Findings findings) {
        if (spec.at("type").is("ExternalName")) {
            return;
        }
        Field ips = spec.at("clusterIPs");
        String ip = spec.text("clusterIP");
        if (!ip.isEmpty()) {
            if (ips.isEmpty()) {
                findings.required(ips);
            } else if (!ips.index(0).is(ip)) {
                findings.invalid(ips, "first value must match `clusterIP`");
            }
        } else if (!ips.isEmpty()) {
            findings.invalid(ips, "must be empty when `clusterIP` is not specified");
        }
        Field families = spec.at("ipFamilies");
        Set<String> seen = new HashSet<>();
        for (Field family : families.items()) {
            findings.oneOf(family, FAMILIES);
            if (!seen.add(family.text())) {
                findings.duplicate(family);
            }
        }
        Field policy = spec.at("ipFamilyPolicy");
        if (policy.isSet()) {
            findings.oneOf(policy, Set.of("SingleStack", "PreferDualStack", "RequireDualStack"));
        }
        if (checkEach(ips, findings)) {
            checkFamilies(spec, ips, families, findings);
        }
    }

    /** Returns false where an address is none, so that nothing follows from it. */
    private static boolean checkEach(Field ips, Findings findings) {
        boolean good = true;
        for (int i = 0; i < ips.size(); i++) {
            Field ip = ips.index(i);
            if (i == 0 && ip.is("None")) {
                if (ips.size() > 1) {
                    good = false;
                    findings.invalid(ips, "'None' must be the first and only value");
                }
            } else {
                good &= Addresses.check(ip, findings) != null;
            }
        }
        if (ips.size() > 2) {
            findings.invalid(ips, "may only hold up to 2 values");
        }
        return good;
    }

    private static void checkFamilies(Field spec, Field ips, Field families, Findings findings) {
        if (ips.size() > 1) {
            Set<Boolean> found = new HashSet<>();
            ips.items().forEach(ip -> found.add(isV6(ip)));
            if (found.size() == 1) {
                findings.invalid(ips, "may specify no more than one IP for each IP family");
            }
        }
        if (ServiceRules.isHeadless(spec)) {
            return;
        }
        for (int i = 0; i < Math.min(ips.size(), families.size()); i++) {
            boolean expectV6 = families.index(i).is("IPv6");
            if (FAMILIES.contains(families.index(i).text()) && isV6(ips.index(i)) != expectV6) {
                findings.invalid(
                        ips.index(i),
                        "expected an " + families.index(i).text() + " value as indicated by `ipFamilies[" + i + "]`");
            }
        }
    }

    private static boolean isV6(Field ip) {
        InetAddress address = Addresses.tryParse(ip.text());
        return address != null && !Addresses.isV4(address);
    }

    /** Addresses and families stay, but for secondary ones that come or go. */
    static void checkUpdate(Field spec, Field old, Findings findings) {
        if (spec.at("type").is("ExternalName") || old.at("type").is("ExternalName")) {
            return;
        }
        boolean headless = ServiceRules.isHeadless(spec);
        boolean wasHeadless = ServiceRules.isHeadless(old);
        if (!headless || !wasHeadless) {
            checkKept(spec.at("clusterIPs"), old.at("clusterIPs"), "primary clusterIP can not be unset", findings);
            checkReleased(spec, old, "clusterIPs", "clusterIP", findings);
        }
        if (!headless && !wasHeadless) {
            Field families = spec.at("ipFamilies");
            Field before = old.at("ipFamilies");
            for (int i = 0; i < Math.min(families.size(), before.size()); i++) {
                if (!families.index(i).is(before.index(i).text())) {
                    findings.invalid(families.index(0), families.value(), FIXED);
                }
            }
            checkReleased(spec, old, "ipFamilies", "ipFamily", findings);
        }
    }

    private static void checkKept(Field ips, Field old, String words, Findings findings) {
        if (old.size() > 0 && ips.size() == 0) {
            findings.invalid(ips.index(0), ips.isSet() ? ips.value() : List.of(), words);
        }
        int compared = old.size() == ips.size() ? old.size() : Math.min(1, Math.min(old.size(), ips.size()));
        for (int i = 0; i < compared; i++) {
            if (!ips.index(i).is(old.index(i).text())) {
                findings.invalid(ips.index(i), ips.value(), FIXED);
            }
        }
    }

    private static void checkReleased(Field spec, Field old, String list, String what, Findings findings) {
        boolean released =
                old.at(list).size() > spec.at(list).size() && spec.at(list).size() == 1;
        if (released && !spec.at("ipFamilyPolicy").is("SingleStack")) {
            findings.invalid(
                    spec.at("ipFamilyPolicy"), "must be set to 'SingleStack' when releasing the secondary " + what);
        }
    }
}
