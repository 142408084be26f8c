package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import java.util.List;

/** What a pod that names its operating system may not set. */
final class OsRules {
    private static final List<String> POD_NOT_ON_WINDOWS = List.of(
            "appArmorProfile",
            "seLinuxOptions",
            "seccompProfile",
            "fsGroup",
            "fsGroupChangePolicy",
            "sysctls",
            "runAsUser",
            "runAsGroup",
            "supplementalGroups",
            "supplementalGroupsPolicy",
            "seLinuxChangePolicy");
    private static final List<String> CONTAINER_NOT_ON_WINDOWS = List.of(
            "appArmorProfile",
            "seLinuxOptions",
            "seccompProfile",
            "capabilities",
            "readOnlyRootFilesystem",
            "privileged",
            "allowPrivilegeEscalation",
            "procMount",
            "runAsUser",
            "runAsGroup");

    private OsRules() {}

    static void check(Field spec, Findings findings) {
        Field os = spec.at("os");
        if (!os.isSet()) {
            return;
        }
        switch (os.text("name")) {
            case "" -> findings.required(os.at("name"), "cannot be empty");
            case "linux" -> checkLinux(spec, findings);
            case "windows" -> checkWindows(spec, findings);
            default -> findings.notSupported(os, os.text("name"), List.of("linux", "windows"));
        }
    }

    private static void checkLinux(Field spec, Findings findings) {
        forbidSet(
                spec.at("securityContext"),
                List.of("windowsOptions"),
                "windows options cannot be set for a linux pod",
                findings);
        forEachContainer(
                spec,
                context -> forbidSet(
                        context, List.of("windowsOptions"), "windows options cannot be set for a linux pod", findings));
    }

    private static void checkWindows(Field spec, Findings findings) {
        String words = "cannot be set for a windows pod";
        forbidSet(spec.at("securityContext"), POD_NOT_ON_WINDOWS, words, findings);
        forbidSet(spec, List.of("hostUsers", "shareProcessNamespace"), words, findings);
        for (String flag : List.of("hostPID", "hostIPC")) {
            if (spec.flag(flag)) {
                findings.forbidden(spec.at(flag), words);
            }
        }
        forEachContainer(spec, context -> forbidSet(context, CONTAINER_NOT_ON_WINDOWS, words, findings));
    }

    private static void forEachContainer(Field spec, java.util.function.Consumer<Field> check) {
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            spec.at(list).items().forEach(container -> check.accept(container.at("securityContext")));
        }
    }

    private static void forbidSet(Field holder, List<String> names, String words, Findings findings) {
        for (String name : names) {
            if (holder.has(name)) {
                findings.forbidden(holder.at(name), words);
            }
        }
    }
}
