package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.patch.JsonPatch;
import io.flotilla.apiserver.patch.UnfitPatchException;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.FieldProblem;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.SubresourceInfo;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The objects of a write in the versions in which webhooks want to see them. */
public final class Forms {
    private final Schema schema;
    private final Registry registry;

    public Forms(Schema schema, Registry registry) {
        this.schema = schema;
        this.registry = registry;
    }

    /** A kind of a version, as reviews name it. */
    public record Kind(String group, String version, String kind) {}

    /** Other names under which the same objects are served. */
    public List<ResourceInfo> equivalents(ResourceInfo resource) {
        return Stream.concat(schema.resources().stream(), schema.customResources().stream())
                .filter(each -> each.storagePrefix().equals(resource.storagePrefix()) && !each.equals(resource))
                .toList();
    }

    /** The kind that is exchanged under that name. */
    public Kind kind(ResourceInfo resource, String subresource) {
        SubresourceInfo own = schema.subresources(resource).get(subresource);
        return own == null
                ? new Kind(resource.group(), resource.version(), resource.kind())
                : new Kind(own.group(), own.version(), own.kind());
    }

    /** The type of what is exchanged under that name. */
    public StructType type(ResourceInfo resource, String subresource) {
        SubresourceInfo own = schema.subresources(resource).get(subresource);
        return own == null ? schema.type(resource) : own.type();
    }

    private Optional<ServedVersion> version(Reviews.Write write, ResourceInfo as) {
        return write.version().isEmpty() || as.equals(write.resource()) ? write.version() : registry.served(as);
    }

    /** A copy of the object as it is served under that name. */
    public ObjectNode form(Reviews.Write write, ResourceInfo as, ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        return version(write, as).map(version -> version.fromStorage(copy)).orElse(copy);
    }

    /** Puts what a patch makes of the object into its place. */
    public void patch(Reviews.Write write, ResourceInfo as, ObjectNode object, JsonNode patch) {
        ObjectNode patched;
        try {
            patched = JsonPatch.apply(form(write, as, object), patch);
            prune(write, as, patched);
        } catch (StatusException | UnfitPatchException | TypeErrorException e) {
            throw StatusException.internal(String.valueOf(e.getMessage()));
        }
        replace(write, as, object, patched);
    }

    /**
     * Takes out of a form of an object what its type does not have.
     *
     * @return what that was
     * @throws TypeErrorException a value is of the wrong type
     */
    public List<FieldProblem> prune(Reviews.Write write, ResourceInfo as, ObjectNode form) {
        return schema.pruneAndValidate(type(as, write.subresource()), form);
    }

    /** Puts another state of the object into its place, defaulted. */
    public void replace(Reviews.Write write, ResourceInfo as, ObjectNode object, ObjectNode form) {
        schema.applyDefaults(type(as, write.subresource()), form);
        version(write, as).ifPresent(version -> version.toStorage(form));
        object.removeAll();
        object.setAll(form);
    }
}
