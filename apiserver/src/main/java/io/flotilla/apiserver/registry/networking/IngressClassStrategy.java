package io.flotilla.apiserver.registry.networking;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import java.util.regex.Pattern;

/** Ingress classes, which stay with their controller. */
public final class IngressClassStrategy extends KindStrategy {
    private static final int MAX_CONTROLLER = 250;
    private static final String PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
    private static final Pattern PATH_PATTERN = Pattern.compile(PATH);
    private static final List<String> SCOPES = List.of("Cluster", "Namespace");

    public IngressClassStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    protected void check(WriteContext context, Field ingressClass, Findings findings) {
        Field spec = ingressClass.at("spec");
        checkController(spec.at("controller"), findings);
        if (spec.has("parameters")) {
            checkParameters(spec.at("parameters"), findings);
        }
    }

    private static void checkController(Field controller, Findings findings) {
        String text = controller.text();
        if (text.length() > MAX_CONTROLLER) {
            findings.tooLong(controller, MAX_CONTROLLER);
        }
        if (text.isEmpty()) {
            findings.required(controller);
            return;
        }
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            findings.invalid(controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            return;
        }
        String host = text.substring(0, slash);
        String path = text.substring(slash + 1);
        findings.invalid(controller, host, Names.subdomain(host));
        if (!PATH_PATTERN.matcher(path).matches()) {
            findings.invalid(controller, path, Names.pattern("Invalid path", PATH));
        }
    }

    private static void checkParameters(Field parameters, Findings findings) {
        TypedReference.check(parameters, findings);
        Field scope = parameters.at("scope");
        Field namespace = parameters.at("namespace");
        if (!scope.isSet()) {
            findings.required(scope);
        } else if (!SCOPES.contains(scope.text())) {
            findings.notSupported(scope, SCOPES);
        } else if (scope.is("Cluster")) {
            if (namespace.isSet()) {
                findings.forbidden(namespace, "`parameters.scope` is set to 'Cluster'");
            }
        } else if (!namespace.isSet()) {
            findings.required(namespace, "`parameters.scope` is set to 'Namespace'");
        } else {
            findings.invalid(namespace, Names.label(namespace.text()));
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field ingressClass, Field old, Findings findings) {
        findings.immutable(ingressClass.at("spec", "controller"), old.at("spec", "controller"));
        check(context, ingressClass, findings);
    }
}
