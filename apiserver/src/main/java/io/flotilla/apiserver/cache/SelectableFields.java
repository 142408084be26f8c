package io.flotilla.apiserver.cache;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The fields by which objects of a resource can be selected, beside {@code metadata.name} and {@code
 * metadata.namespace}, which every resource has and the key tells.
 */
public final class SelectableFields {
    /** A resource that can be selected by name and namespace alone. */
    public static final SelectableFields NONE = new SelectableFields(List.of(), Map.of());

    private final List<Field> fields;
    private final Map<String, String> aliases;
    private final Map<String, Map<String, Integer>> byGroup = new HashMap<>();
    private final boolean deep;

    /**
     * @param label as selectors spell it
     * @param path names with dots between them
     * @param absent value where the object has none
     * @param instead label of the field that is looked at where this one is empty; empty for none
     */
    private record Field(String label, String path, String absent, String instead) {
        Field(String label, String path, String absent) {
            this(label, path, absent, "");
        }

        static Field of(String path) {
            return new Field(path, path, "");
        }
    }

    private SelectableFields(List<Field> fields, Map<String, String> aliases) {
        this.fields = fields;
        this.aliases = aliases;
        this.deep = fields.stream()
                .anyMatch(field -> field.path().indexOf('.') != field.path().lastIndexOf('.'));
        for (int i = 0; i < fields.size(); i++) {
            String path = fields.get(i).path();
            int dot = path.indexOf('.');
            String group = dot < 0 ? path : path.substring(0, dot);
            byGroup.computeIfAbsent(group, g -> new HashMap<>()).put(dot < 0 ? "" : path.substring(dot + 1), i);
        }
    }

    /** Fields of a built-in resource, in its storage version. */
    public static SelectableFields of(String group, String resource) {
        return switch (group.isEmpty() ? resource : resource + "." + group) {
            case "pods" ->
                new SelectableFields(
                        List.of(
                                Field.of("spec.nodeName"),
                                Field.of("status.phase"),
                                Field.of("spec.restartPolicy"),
                                Field.of("spec.schedulerName"),
                                Field.of("spec.serviceAccountName"),
                                new Field("spec.hostNetwork", "spec.hostNetwork", "false"),
                                Field.of("status.podIP"),
                                Field.of("status.nominatedNodeName")),
                        Map.of("spec.host", "spec.nodeName"));
            case "events", "events.events.k8s.io" ->
                new SelectableFields(
                        List.of(
                                Field.of("involvedObject.kind"),
                                Field.of("involvedObject.namespace"),
                                Field.of("involvedObject.name"),
                                Field.of("involvedObject.uid"),
                                Field.of("involvedObject.apiVersion"),
                                Field.of("involvedObject.resourceVersion"),
                                Field.of("involvedObject.fieldPath"),
                                Field.of("reason"),
                                Field.of("reportingComponent"),
                                new Field("source", "source.component", "", "reportingComponent"),
                                Field.of("type")),
                        Map.of(
                                "regarding.kind", "involvedObject.kind",
                                "regarding.namespace", "involvedObject.namespace",
                                "regarding.name", "involvedObject.name",
                                "regarding.uid", "involvedObject.uid",
                                "regarding.apiVersion", "involvedObject.apiVersion",
                                "regarding.resourceVersion", "involvedObject.resourceVersion",
                                "regarding.fieldPath", "involvedObject.fieldPath",
                                "reportingController", "reportingComponent"));
            case "namespaces" -> plain("status.phase");
            case "nodes" -> counted(new Field("spec.unschedulable", "spec.unschedulable", "false"));
            case "replicationcontrollers" -> counted(new Field("status.replicas", "status.replicas", "0"));
            case "replicasets.apps" -> counted(new Field("status.replicas", "status.replicas", "0"));
            case "jobs.batch" -> counted(new Field("status.successful", "status.succeeded", "0"));
            case "secrets" -> plain("type");
            case "services" -> plain("spec.clusterIP", "spec.type");
            case "certificatesigningrequests.certificates.k8s.io", "clustertrustbundles.certificates.k8s.io" ->
                plain("spec.signerName");
            case "podcertificaterequests.certificates.k8s.io" ->
                plain("spec.signerName", "spec.podName", "spec.nodeName");
            case "resourceslices.resource.k8s.io" -> plain("spec.nodeName", "spec.driver");
            default -> NONE;
        };
    }

    /** Fields of a custom resource, each as names with dots between them; absent ones count as empty. */
    public static SelectableFields ofPaths(List<String> paths) {
        return paths.isEmpty()
                ? NONE
                : new SelectableFields(paths.stream().map(Field::of).toList(), Map.of());
    }

    private static SelectableFields plain(String... paths) {
        return new SelectableFields(Arrays.stream(paths).map(Field::of).toList(), Map.of());
    }

    private static SelectableFields counted(Field field) {
        return new SelectableFields(List.of(field), Map.of());
    }

    /** Place of the field that a selector names; empty if the resource has no such field. */
    public OptionalInt indexOf(String label) {
        String name = aliases.getOrDefault(label, label);
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).label().equals(name)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /** Whether the resource has fields of its own; the API words its refusals by that. */
    public boolean hasOwn() {
        return !fields.isEmpty();
    }

    String[] defaults() {
        return fields.stream().map(Field::absent).toArray(String[]::new);
    }

    /** Fills in what is looked at where a field is empty, once all have been read. */
    void complete(String[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i].isEmpty() && !fields.get(i).instead().isEmpty()) {
                values[i] = values[indexOf(fields.get(i).instead()).orElseThrow()];
            }
        }
    }

    int groups() {
        return byGroup.size();
    }

    boolean isGroup(String topLevelName) {
        return byGroup.containsKey(topLevelName);
    }

    /** Reads the fields below one top-level name; the cursor stands on its value, and is moved over it. */
    void collect(String group, JsonCursor in, String[] into) {
        Map<String, Integer> wanted = byGroup.getOrDefault(group, Map.of());
        if (in.isObject()) {
            collectBelow("", wanted, in, into);
        } else {
            keep(wanted.get(""), in, into);
        }
    }

    private void collectBelow(String path, Map<String, Integer> wanted, JsonCursor in, String[] into) {
        in.enterObject();
        while (in.nextMember()) {
            String below = path.isEmpty() ? in.name() : path + in.name();
            if (deep && in.isObject()) {
                collectBelow(below + ".", wanted, in, into);
            } else {
                keep(wanted.get(below), in, into);
            }
        }
    }

    private static void keep(@Nullable Integer index, JsonCursor in, String[] into) {
        if (index == null) {
            in.skipValue();
            return;
        }
        String value = in.scalar();
        if (value != null) {
            into[index] = Interned.of(value);
        }
    }
}
