package io.flotilla.deploy.system;

import java.util.ArrayList;
import java.util.List;

/** kubectl within one namespace, which a test has to itself. */
final class Namespace implements AutoCloseable {
    private final Lab lab;
    private final String name;

    private Namespace(Lab lab, String name) {
        this.lab = lab;
        this.name = name;
    }

    static Namespace create(Lab lab, String name) {
        lab.kubectl("create", "namespace", name).ok();
        return new Namespace(lab, name);
    }

    String name() {
        return name;
    }

    Result kubectl(String... arguments) {
        return lab.kubectl(inNamespace(arguments));
    }

    Result applyExample(String example) {
        return kubectl("apply", "-f", Lab.example(example).toString());
    }

    Result apply(String manifest) {
        return lab.shell().run(List.of("kubectl", "-n", name, "apply", "-f", "-"), manifest);
    }

    /** One value, by JSONPath. */
    String value(String object, String path) {
        return kubectl("get", object, "-o", "jsonpath={" + path + "}").ok();
    }

    String[] inNamespace(String... arguments) {
        var all = new ArrayList<>(List.of("-n", name));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() {
        lab.kubectl("delete", "namespace", name, "--timeout=180s").ok();
    }
}
