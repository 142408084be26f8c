package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Paths;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules of security contexts, of a pod and of its containers. */
final class SecurityRules {
    private static final long MAX_ID = 0xffffffffL;
    private static final String SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String SYSCTL = "^(" + SYSCTL_SEGMENT + "[\\./])*" + SYSCTL_SEGMENT + "$";
    private static final Pattern SYSCTL_PATTERN = Pattern.compile(SYSCTL);

    private SecurityRules() {}

    static void checkPod(Field context, Field spec, Findings findings) {
        if (!context.isSet()) {
            return;
        }
        for (String name : List.of("fsGroup", "runAsUser", "runAsGroup")) {
            checkId(context.at(name), findings);
        }
        for (Field group : context.at("supplementalGroups").items()) {
            checkId(group, findings);
        }
        if (spec.flag("shareProcessNamespace") && spec.flag("hostPID")) {
            findings.invalid(
                    context.at("shareProcessNamespace"),
                    true,
                    "ShareProcessNamespace and HostPID cannot both be enabled");
        }
        checkSysctls(context.at("sysctls"), spec, findings);
        if (context.has("fsGroupChangePolicy")) {
            findings.oneOf(context.at("fsGroupChangePolicy"), Set.of("Always", "OnRootMismatch"));
        }
        checkSeccomp(context.at("seccompProfile"), findings);
        checkAppArmor(context.at("appArmorProfile"), findings);
        if (context.has("supplementalGroupsPolicy")) {
            findings.oneOf(context.at("supplementalGroupsPolicy"), Set.of("Merge", "Strict"));
        }
        if (context.has("seLinuxChangePolicy")) {
            findings.oneOf(context.at("seLinuxChangePolicy"), Set.of("MountOption", "Recursive"));
        }
    }

    private static void checkSysctls(Field sysctls, Field spec, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Field sysctl : sysctls.items()) {
            Field name = sysctl.at("name");
            String text = name.text();
            if (text.isEmpty()) {
                findings.required(name);
            } else if (text.length() > 253 || !SYSCTL_PATTERN.matcher(text).matches()) {
                findings.invalid(name, "must have at most 253 characters and match regex " + SYSCTL);
            } else if (seen.contains(text)) {
                findings.duplicate(name);
            }
            seen.add(text);
            String dotted = text.replace('/', '.');
            if (spec.flag("hostNetwork") && dotted.startsWith("net.")) {
                findings.invalid(name, text, "may not be specified when 'hostNetwork' is true");
            }
            boolean ipc = dotted.startsWith("kernel.shm")
                    || dotted.startsWith("kernel.msg")
                    || dotted.equals("kernel.sem")
                    || dotted.startsWith("fs.mqueue.");
            if (spec.flag("hostIPC") && ipc) {
                findings.invalid(name, text, "may not be specified when 'hostIPC' is true");
            }
        }
    }

    static void checkContainer(Field context, boolean hostUsers, Findings findings) {
        if (!context.isSet()) {
            return;
        }
        checkId(context.at("runAsUser"), findings);
        checkId(context.at("runAsGroup"), findings);
        Field procMount = context.at("procMount");
        if (procMount.isSet()) {
            findings.oneOf(procMount, Set.of("Default", "Unmasked"));
            if (hostUsers && procMount.is("Unmasked")) {
                findings.invalid(procMount, "`hostUsers` must be false to use `Unmasked`");
            }
        }
        checkSeccomp(context.at("seccompProfile"), findings);
        if (context.has("allowPrivilegeEscalation") && !context.flag("allowPrivilegeEscalation")) {
            if (context.flag("privileged")) {
                findings.invalid(context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            if (context.at("capabilities", "add").texts().contains("CAP_SYS_ADMIN")) {
                findings.invalid(
                        context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
        checkAppArmor(context.at("appArmorProfile"), findings);
    }

    private static void checkId(Field id, Findings findings) {
        if (id.isSet()) {
            findings.inRange(id, 0, MAX_ID);
        }
    }

    private static void checkSeccomp(Field profile, Findings findings) {
        if (!profile.isSet()) {
            return;
        }
        Field type = profile.at("type");
        Field localhost = profile.at("localhostProfile");
        checkType(type, "seccompProfile", findings);
        if (type.is("Localhost")) {
            if (!localhost.isSet()) {
                findings.required(localhost, "must be set when seccomp type is Localhost");
            } else {
                Paths.descending(localhost, localhost.text(), findings);
            }
        } else if (localhost.isSet()) {
            findings.invalid(localhost, profile.value(), "can only be set when seccomp type is Localhost");
        }
    }

    private static void checkAppArmor(Field profile, Findings findings) {
        if (!profile.isSet()) {
            return;
        }
        Field type = profile.at("type");
        Field localhost = profile.at("localhostProfile");
        if (!type.is("Localhost")) {
            boolean known = type.is("RuntimeDefault") || type.is("Unconfined");
            if (known && localhost.isSet()) {
                findings.invalid(localhost, "can only be set when AppArmor type is Localhost");
            } else if (!known) {
                checkType(type, "appArmorProfile", findings);
            }
        } else if (localhost.text().strip().isEmpty() && localhost.text().isEmpty()) {
            findings.required(localhost, "must be set when AppArmor type is Localhost");
        } else if (!localhost.text().equals(localhost.text().strip())) {
            findings.invalid(localhost, "must not be padded with whitespace");
        } else if (localhost.text().length() > 4095) {
            findings.tooLong(localhost, 4095);
        }
    }

    private static void checkType(Field type, String owner, Findings findings) {
        if (type.isEmpty()) {
            findings.required(type, "type is required when " + owner + " is set");
        } else if (!type.is("Localhost") && !type.is("RuntimeDefault") && !type.is("Unconfined")) {
            findings.notSupported(type, List.of("Localhost", "RuntimeDefault", "Unconfined"));
        }
    }
}
