package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives an object that names no class the class that an annotation marks as the default: claims their storage class,
 * ingresses their ingress class. Of several defaults the newest counts, then the first by name.
 */
public final class DefaultClass implements Admission {
    private final String name;
    private final String group;
    private final String resource;
    private final String classGroup;
    private final String classes;
    private final String field;
    private final String annotation;
    private final String legacyAnnotation;
    private final Resources resources;

    private DefaultClass(
            Resources resources,
            String name,
            String group,
            String resource,
            String classGroup,
            String classes,
            String field,
            String annotation,
            String legacyAnnotation) {
        this.resources = resources;
        this.name = name;
        this.group = group;
        this.resource = resource;
        this.classGroup = classGroup;
        this.classes = classes;
        this.field = field;
        this.annotation = annotation;
        this.legacyAnnotation = legacyAnnotation;
    }

    public static DefaultClass ofClaims(Resources resources) {
        return new DefaultClass(
                resources,
                "DefaultStorageClass",
                "",
                "persistentvolumeclaims",
                "storage.k8s.io",
                "storageclasses",
                "storageClassName",
                "storageclass.kubernetes.io/is-default-class",
                "volume.beta.kubernetes.io/storage-class");
    }

    public static DefaultClass ofIngresses(Resources resources) {
        return new DefaultClass(
                resources,
                "DefaultIngressClass",
                "networking.k8s.io",
                "ingresses",
                "networking.k8s.io",
                "ingressclasses",
                "ingressClassName",
                "ingressclass.kubernetes.io/is-default-class",
                "kubernetes.io/ingress.class");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean handles(String asked, String askedResource) {
        return asked.equals(group) && askedResource.equals(resource);
    }

    @Override
    public void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode spec = Trees.child(object, "spec");
        boolean named = spec.hasNonNull(field)
                || object.path("metadata").path("annotations").has(legacyAnnotation);
        if (old != null || named) {
            return;
        }
        Optional<ObjectNode> standard = context.store().cachedList(resources.of(classGroup, classes), "").stream()
                .filter(each ->
                        Trees.text(each, "metadata", "annotations", annotation).equals("true"))
                .min(Comparator.comparing((ObjectNode each) -> Trees.text(each, "metadata", "creationTimestamp"))
                        .reversed()
                        .thenComparing(each -> Trees.text(each, "metadata", "name")));
        standard.ifPresent(each -> spec.put(field, Trees.text(each, "metadata", "name")));
    }
}
