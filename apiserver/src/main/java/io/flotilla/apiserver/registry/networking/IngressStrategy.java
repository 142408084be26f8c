package io.flotilla.apiserver.registry.networking;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ingresses. What an old object has wrong in names of secrets and in wildcard rules, its updates may keep. */
public final class IngressStrategy extends KindStrategy {
    private static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";
    private static final String NOT_A_NAME = "must be a DNS name, not an IP address";
    private static final List<String> PATH_TYPES = List.of("Exact", "ImplementationSpecific", "Prefix");
    private static final List<String> PATH_SEQUENCES = List.of("//", "/./", "/../", "%2f", "%2F");
    private static final List<String> PATH_ENDS = List.of("/..", "/.");

    public IngressStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (object.path("metadata").path("annotations").has("kubernetes.io/ingress.class")) {
            context.warn()
                    .accept("annotation \"kubernetes.io/ingress.class\" is deprecated, please use"
                            + " 'spec.ingressClassName' instead");
        }
    }

    @Override
    protected void check(WriteContext context, Field ingress, Findings findings) {
        Field spec = ingress.at("spec");
        checkSpec(spec, false, false, findings);
        Field annotation = ingress.at("metadata", "annotations").key(CLASS_ANNOTATION);
        if (annotation.isSet() && spec.has("ingressClassName") && !annotation.is(spec.text("ingressClassName"))) {
            findings.invalid(
                    annotation.as("annotations." + CLASS_ANNOTATION),
                    "must match `ingressClassName` when both are specified");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field ingress, Field old, Findings findings) {
        Field before = old.at("spec");
        boolean anySecretName = before.at("tls").any(tls -> !hasGoodSecret(tls));
        boolean anyWildcardRule =
                before.at("rules").any(rule -> rule.text("host").contains("*") && !hasGoodPaths(rule));
        checkSpec(ingress.at("spec"), anySecretName, anyWildcardRule, findings);
    }

    private static boolean hasGoodSecret(Field tls) {
        return tls.at("secretName").isEmpty()
                || Names.subdomain(tls.text("secretName")).isEmpty();
    }

    private static boolean hasGoodPaths(Field rule) {
        Findings findings = new Findings();
        checkPaths(rule, findings);
        return findings.isEmpty();
    }

    private static void checkSpec(Field spec, boolean anySecretName, boolean anyWildcardRule, Findings findings) {
        Field rules = spec.at("rules");
        Field backend = spec.at("defaultBackend");
        if (rules.isEmpty() && !backend.isSet()) {
            findings.invalid(spec, rules.value(), "either `defaultBackend` or `rules` must be specified");
        }
        if (backend.isSet()) {
            checkBackend(backend, findings);
        }
        for (Field rule : rules.items()) {
            Field host = rule.at("host");
            if (!host.isEmpty()) {
                if (Addresses.tryParse(host.text()) != null) {
                    findings.invalid(host, NOT_A_NAME);
                }
                checkHost(host, findings);
            }
            if (!anyWildcardRule || !host.text().contains("*")) {
                checkPaths(rule, findings);
            }
        }
        for (Field tls : spec.at("tls").items()) {
            tls.at("hosts").items().forEach(host -> checkHost(host, findings));
            if (!anySecretName && !hasGoodSecret(tls)) {
                findings.invalid(tls.at("secretName"), Names.subdomain(tls.text("secretName")));
            }
        }
        if (spec.has("ingressClassName")) {
            findings.invalid(spec.at("ingressClassName"), Names.subdomain(spec.text("ingressClassName")));
        }
    }

    private static void checkHost(Field host, Findings findings) {
        findings.invalid(
                host, host.text().contains("*") ? Names.wildcardSubdomain(host.text()) : Names.subdomain(host.text()));
    }

    private static void checkPaths(Field rule, Findings findings) {
        if (!rule.has("http")) {
            return;
        }
        Field paths = rule.at("http", "paths");
        if (paths.isEmpty()) {
            findings.required(paths);
        }
        paths.items().forEach(path -> checkPath(path, findings));
    }

    private static void checkPath(Field entry, Findings findings) {
        Field type = entry.at("pathType");
        if (!type.isSet()) {
            findings.required(type, "pathType must be specified");
            return;
        }
        Field path = entry.at("path");
        if (!PATH_TYPES.contains(type.text())) {
            findings.notSupported(type, PATH_TYPES);
        } else if (type.is("ImplementationSpecific")) {
            if (!path.isEmpty()) {
                checkAbsolute(path, findings);
            }
        } else {
            checkAbsolute(path, findings);
            for (String sequence : PATH_SEQUENCES) {
                if (path.text().contains(sequence)) {
                    findings.invalid(path, "must not contain '" + sequence + "'");
                }
            }
            for (String end : PATH_ENDS) {
                if (path.text().endsWith(end)) {
                    findings.invalid(path, "cannot end with '" + end + "'");
                }
            }
        }
        checkBackend(entry.at("backend"), findings);
    }

    private static void checkAbsolute(Field path, Findings findings) {
        if (!path.text().startsWith("/")) {
            findings.invalid(path, path.text(), "must be an absolute path");
        }
    }

    private static void checkBackend(Field backend, Findings findings) {
        boolean service = backend.has("service");
        if (backend.has("resource") && service) {
            findings.invalid(backend, "", "cannot set both resource and service backends");
        } else if (backend.has("resource")) {
            TypedReference.check(backend.at("resource"), findings);
        } else if (service) {
            checkService(backend, findings);
        } else {
            findings.invalid(backend, "", "resource or service backend is required");
        }
    }

    private static void checkService(Field backend, Findings findings) {
        Field name = backend.at("service", "name");
        if (name.isEmpty()) {
            findings.required(name);
        } else {
            findings.invalid(name, Names.dns1035Label(name.text()));
        }
        Field portName = backend.at("service", "port", "name");
        Field portNumber = backend.at("service", "port", "number");
        if (!portName.isEmpty() && portNumber.number() != 0) {
            findings.invalid(backend, "", "cannot set both port name & port number");
        } else if (!portName.isEmpty()) {
            findings.invalid(portName, Names.portName(portName.text()));
        } else if (portNumber.number() != 0) {
            IntOrPercent.portNumber(portNumber, findings);
        } else {
            findings.required(backend, "port name or number is required");
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field ingress, Field old, Findings findings) {
        for (Field each : ingress.at("status", "loadBalancer", "ingress").items()) {
            if (!each.at("ip").isEmpty()) {
                Addresses.check(each.at("ip"), findings);
            }
            Field host = each.at("hostname");
            if (!host.isEmpty()) {
                findings.invalid(host, Names.subdomain(host.text()));
                if (Addresses.tryParse(host.text()) != null) {
                    findings.invalid(host, NOT_A_NAME);
                }
            }
        }
    }
}
