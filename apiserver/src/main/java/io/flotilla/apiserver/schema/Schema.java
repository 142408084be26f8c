package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The one table of types and resources of the API, and what follows from it alone. Immutable and safe from any thread;
 * types are read lazily, so that a server pays only for the kinds it meets.
 */
public final class Schema {
    private final TypeTable types;
    private final ResourceTable resources;
    private final Normalizer normalizer;
    private final Defaults defaults;

    private Schema(Clock clock) {
        types = TypeTable.load();
        resources = new ResourceTable(types);
        normalizer = new Normalizer(types);
        defaults = new Defaults(clock);
    }

    /** Reads the table that the program ships. */
    public static Schema load() {
        return load(Clock.systemUTC());
    }

    /** Reads the table; the clock gives the defaults that are the present time. */
    public static Schema load(Clock clock) {
        return new Schema(clock);
    }

    /** Every resource that is served by default, by group, version and name. */
    public List<ResourceInfo> resources() {
        return resources.enabled();
    }

    /** The resource, if it is known and served by default. */
    public Optional<ResourceInfo> resource(String group, String version, String plural) {
        return Optional.ofNullable(resources.find(group, version, plural))
                .filter(ResourceTable.Entry::enabled)
                .map(ResourceTable.Entry::info);
    }

    /** The resource in the version in which its objects are stored. */
    public ResourceInfo storageResource(ResourceInfo resource) {
        int slash = resource.storageVersion().indexOf('/');
        String group = slash < 0 ? "" : resource.storageVersion().substring(0, slash);
        return resource(group, resource.storageVersion().substring(slash + 1), resource.resource())
                .orElse(resource);
    }

    /** Hash that discovery shows for clients which migrate storage; empty for what is not stored. */
    public String storageVersionHash(ResourceInfo resource) {
        return entry(resource).storageVersionHash();
    }

    /** Subresources by name, in the order of discovery. */
    public Map<String, SubresourceInfo> subresources(ResourceInfo resource) {
        return entry(resource).subresources();
    }

    /** Columns of the resource's Table; empty for those that print name and age alone. */
    public List<Column> columns(ResourceInfo resource) {
        return entry(resource).columns();
    }

    public FieldSelectors fieldSelectors(ResourceInfo resource) {
        return entry(resource).selectors();
    }

    /** Type of the resource's objects. */
    public StructType type(ResourceInfo resource) {
        return entry(resource).type();
    }

    /** The type of a kind, built-in ones of any version included that protobuf or OpenAPI describes. */
    public Optional<StructType> kind(String apiVersion, String kind) {
        return ApiGroups.typeNames(apiVersion, kind)
                .flatMap(name -> Stream.ofNullable(types.find(name)))
                .findFirst();
    }

    /** The type of this name in the table, such as {@code core/v1.PodSpec}. */
    public Optional<StructType> named(String name) {
        return Optional.ofNullable(types.find(name));
    }

    /** Every type of the table, in no order. */
    public Collection<StructType> types() {
        return types.all();
    }

    /** Sets the defaults of the resource's kind, as Kubernetes does after it has decoded an object. */
    public void applyDefaults(ResourceInfo resource, ObjectNode object) {
        defaults.apply(type(resource), object);
    }

    public void applyDefaults(StructType type, ObjectNode object) {
        defaults.apply(type, object);
    }

    /**
     * Does what decoding into Kubernetes' own types does: removes fields that the type does not have and returns them as
     * problems, in the order of the document; brings values into their canonical form (quantities, times, zero values).
     *
     * @throws TypeErrorException a value is of the wrong type
     */
    public List<FieldProblem> pruneAndValidate(ResourceInfo resource, ObjectNode object) {
        return pruneAndValidate(type(resource), object);
    }

    /** As {@link #pruneAndValidate(ResourceInfo, ObjectNode)}, for the kinds of subresources and options. */
    public List<FieldProblem> pruneAndValidate(StructType type, ObjectNode object) {
        return normalizer.normalize(type, object);
    }

    /** Changes with the table. */
    public String fingerprint() {
        return types.fingerprint() + resources.fingerprint();
    }

    private ResourceTable.Entry entry(ResourceInfo resource) {
        ResourceTable.Entry entry = resources.find(resource.group(), resource.version(), resource.resource());
        if (entry == null) {
            throw new IllegalArgumentException("The table has no resource " + resource.qualifiedResource());
        }
        return entry;
    }
}
