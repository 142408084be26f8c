package io.flotilla.apiserver.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Objects for clients to work with, as JSON. */
final class Samples {
    private Samples() {}

    /** One replica of two containers, {@code web} and {@code side}. */
    static String deployment(String namespace) {
        return Json.text(
                "{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web', namespace: '%s'}, spec: {replicas: 1,"
                        + " selector: {matchLabels: {app: 'web'}}, template: {metadata: {labels: {app: 'web'}}, spec: {containers:"
                        + " [{name: 'web', image: 'nginx:1'}, {name: 'side', image: 'busybox'}]}}}}",
                namespace);
    }

    /** Defines in a group a custom kind with a status and a scale. */
    static String shipDefinition(String group) {
        ObjectNode definition = Json.object(
                "{apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: {name: 'ships.%s'},"
                        + " spec: {group: '%s', scope: 'Namespaced', names: {plural: 'ships', kind: 'Ship'}}}",
                group, group);
        definition
                .withObject("/spec")
                .putArray("versions")
                .add(Json.object("{name: 'v1', served: true, storage: true,"
                        + " subresources: {status: {}, scale: {specReplicasPath: '.spec.oars', statusReplicasPath: '.status.oars'}},"
                        + " schema: {openAPIV3Schema: {type: 'object', properties: {"
                        + "  spec: {type: 'object', properties: {oars: {type: 'integer', minimum: 1}, sail: {type: 'string', default: 'white'}}},"
                        + "  status: {type: 'object', properties: {oars: {type: 'integer'}}}}}}}"));
        return definition.toString();
    }

    static String ship(String group, String namespace, String name, int oars) {
        return Json.text(
                "{apiVersion: '%s/v1', kind: 'Ship', metadata: {name: '%s', namespace: '%s'}, spec: {oars: %d}}",
                group, name, namespace, oars);
    }
}
