package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The rules of containers: those of the pod, init containers and ephemeral ones. */
final class ContainerRules {
    private static final Set<String> PULL_POLICIES = Set.of("Always", "IfNotPresent", "Never");
    private static final List<String> NOT_FOR_EPHEMERAL = List.of(
            "ports",
            "resources",
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
            "lifecycle",
            "resizePolicy",
            "restartPolicy",
            "restartPolicyRules");

    private final Field spec;
    private final Map<String, Field> volumes;
    private final boolean ofPod;
    private final boolean hostUsers;
    private final Field gracePeriod;
    private final SortedSet<String> podClaims = new TreeSet<>();
    private final Findings findings;

    ContainerRules(Field spec, Map<String, Field> volumes, boolean ofPod, Findings findings) {
        this.spec = spec;
        this.volumes = volumes;
        this.ofPod = ofPod;
        this.findings = findings;
        this.hostUsers = !spec.has("hostUsers") || spec.flag("hostUsers");
        this.gracePeriod = spec.at("terminationGracePeriodSeconds");
        for (Field claim : spec.at("resourceClaims").items()) {
            if (!claim.text("name").isEmpty()) {
                podClaims.add(claim.text("name"));
            }
        }
    }

    SortedSet<String> podClaims() {
        return podClaims;
    }

    void checkAll() {
        Field containers = spec.at("containers");
        if (containers.isEmpty()) {
            findings.required(containers);
        }
        Set<String> names = new HashSet<>();
        for (Field container : containers.items()) {
            checkCommon(container);
            if (!names.add(container.text("name"))) {
                findings.duplicate(container.at("name"));
            }
            checkRunning(container);
            if (container.has("restartPolicy") && !spec.at("restartPolicy").isEmpty()) {
                checkRestartPolicy(container, Set.of("Always", "Never", "OnFailure"));
            }
        }
        checkHostPorts(containers.items());
        for (Field container : spec.at("initContainers").items()) {
            checkInit(container, names);
        }
        for (Field container : spec.at("ephemeralContainers").items()) {
            checkEphemeral(container, names);
        }
    }

    private void checkRestartPolicy(Field container, Set<String> allowed) {
        findings.oneOf(container.at("restartPolicy"), allowed);
    }

    private void checkInit(Field container, Set<String> names) {
        checkCommon(container);
        boolean sidecar = container.at("restartPolicy").is("Always");
        if (container.has("restartPolicy")) {
            checkRestartPolicy(container, Set.of("Always", "Never", "OnFailure"));
        }
        if (!names.add(container.text("name"))) {
            findings.duplicate(container.at("name"));
        }
        checkHostPorts(List.of(container));
        if (sidecar) {
            checkRunning(container);
        } else {
            for (String name : List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")) {
                if (container.has(name)) {
                    findings.forbidden(
                            container.at(name), "may not be set for init containers without restartPolicy=Always");
                }
            }
            if (!container.at("resizePolicy").isEmpty()) {
                findings.invalid(container.at("resizePolicy"), "must not be set for init containers");
            }
        }
    }

    private void checkEphemeral(Field container, Set<String> names) {
        checkCommon(container);
        checkImageSpaces(container);
        Set<String> others = new HashSet<>();
        for (String list : List.of("containers", "initContainers")) {
            spec.at(list).items().forEach(each -> others.add(each.text("name")));
        }
        if (!names.add(container.text("name"))) {
            findings.duplicate(container.at("name"));
        }
        Field target = container.at("targetContainerName");
        if (!target.isEmpty() && !others.contains(target.text())) {
            findings.notFound(target);
        }
        String words = "cannot be set for an Ephemeral Container";
        for (String name : NOT_FOR_EPHEMERAL) {
            if (!container.at(name).isEmpty()) {
                findings.forbidden(container.at(name), words);
            }
        }
        for (Field mount : container.at("volumeMounts").items()) {
            for (String name : List.of("subPath", "subPathExpr")) {
                if (!mount.text(name).isEmpty()) {
                    findings.forbidden(mount.at(name), words);
                }
            }
        }
    }

    /** What containers have that run beside others: hooks and probes. */
    private void checkRunning(Field container) {
        if (container.has("lifecycle")) {
            HandlerRules.checkLifecycle(container.at("lifecycle"), gracePeriod, findings);
        }
        HandlerRules.checkProbes(container, gracePeriod, findings);
    }

    private void checkCommon(Field container) {
        Field name = container.at("name");
        if (name.isEmpty()) {
            findings.required(name);
        } else {
            findings.invalid(name, Names.label(name.text()));
        }
        // Pod templates of image-less containers are completed by some controllers; Kubernetes refuses them all the
        // same.
        if (container.text("image").isEmpty()) {
            findings.required(container.at("image"));
        }
        Field messages = container.at("terminationMessagePolicy");
        if (messages.isEmpty()) {
            findings.required(messages);
        } else if (!messages.is("File") && !messages.is("FallbackToLogsOnError")) {
            findings.notSupported(messages, List.of("File", "FallbackToLogsOnError"));
        }
        checkPorts(container.at("ports"));
        EnvironmentRules.checkVariables(container.at("env"), findings);
        EnvironmentRules.checkSources(container.at("envFrom"), findings);
        MountRules.check(container, volumes, findings);
        checkPullPolicy(container.at("imagePullPolicy"), findings);
        ResourceRules.checkContainer(container.at("resources"), podClaims, findings);
        checkResizePolicy(container.at("resizePolicy"));
        SecurityRules.checkContainer(container.at("securityContext"), hostUsers, findings);
    }

    /** Beyond what templates are held to, an image's name has no spaces around it. */
    void checkPodOnly() {
        for (String list : List.of("containers", "initContainers")) {
            spec.at(list).items().forEach(this::checkImageSpaces);
        }
    }

    private void checkImageSpaces(Field container) {
        Field image = container.at("image");
        if (!image.text().equals(image.text().strip())) {
            findings.invalid(image, "must not have leading or trailing whitespace");
        }
    }

    static void checkPullPolicy(Field policy, Findings findings) {
        findings.requiredOneOf(policy, PULL_POLICIES);
    }

    private void checkPorts(Field ports) {
        Set<String> names = new HashSet<>();
        for (Field port : ports.items()) {
            Field name = port.at("name");
            if (!name.isEmpty()) {
                List<String> wrong = Names.portName(name.text());
                findings.invalid(name, wrong);
                if (wrong.isEmpty() && !names.add(name.text())) {
                    findings.duplicate(name);
                }
            }
            if (port.number("containerPort") == 0) {
                findings.required(port.at("containerPort"));
            } else {
                IntOrPercent.portNumber(port.at("containerPort"), findings);
            }
            if (port.number("hostPort") != 0) {
                IntOrPercent.portNumber(port.at("hostPort"), findings);
            }
            findings.requiredOneOf(port.at("protocol"), Set.copyOf(IntOrPercent.PROTOCOLS));
            if (spec.flag("hostNetwork")
                    && port.path().startsWith(spec.at("containers").path())) {
                long hostPort = port.number("hostPort");
                if ((ofPod || hostPort != 0) && hostPort != port.number("containerPort")) {
                    findings.invalid(
                            port.at("hostPort"), hostPort, "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private void checkHostPorts(List<Field> containers) {
        Set<String> taken = new HashSet<>();
        for (Field container : containers) {
            for (Field port : container.at("ports").items()) {
                long number = port.number("hostPort");
                String claim = port.text("protocol") + "/" + port.text("hostIP") + "/" + number;
                if (number != 0 && !taken.add(claim)) {
                    findings.duplicate(port.at("hostPort"), claim);
                }
            }
        }
    }

    private void checkResizePolicy(Field policies) {
        Set<String> seen = new HashSet<>();
        for (Field policy : policies.items()) {
            String resource = policy.text("resourceName");
            if (!seen.add(resource)) {
                findings.duplicate(policy, resource);
            }
            if (resource.isEmpty()) {
                findings.required(policies);
            } else if (!resource.equals("cpu") && !resource.equals("memory")) {
                findings.notSupported(policies, resource, List.of("cpu", "memory"));
            }
            String restart = policy.text("restartPolicy");
            if (restart.isEmpty()) {
                findings.required(policies);
            } else if (!restart.equals("NotRequired") && !restart.equals("RestartContainer")) {
                findings.notSupported(policies, restart, List.of("NotRequired", "RestartContainer"));
            }
            if (spec.at("restartPolicy").is("Never") && !restart.equals("NotRequired")) {
                findings.invalid(policies, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'");
            }
        }
    }
}
