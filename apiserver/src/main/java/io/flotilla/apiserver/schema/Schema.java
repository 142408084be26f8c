package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one table of types and resources of the API, and what follows from it alone. Safe from any thread; types are read
 * lazily, so that a server pays only for the kinds it meets. What it says of built-in resources never changes; custom
 * resources come and go all at once, by {@link #serve}.
 */
public final class Schema {
    private final TypeTable types;
    private final ResourceTable resources;
    private final Map<ResourceInfo, Deprecation> deprecations;
    private final Normalizer normalizer;
    private final Defaults defaults;
    private volatile CustomTable custom = CustomTable.NONE;
    private volatile boolean complete = true;

    private Schema(Clock clock, boolean metrics, boolean legacy) {
        types = TypeTable.load();
        resources = new ResourceTable(types);
        if (metrics) {
            MetricsResources.addTo(resources, types);
        }
        deprecations = new HashMap<>(legacy ? LegacyResources.addTo(resources, types) : Map.of());
        deprecate("componentstatuses", "v1 ComponentStatus is deprecated in v1.19+");
        deprecate("endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
        normalizer = new Normalizer(types);
        defaults = new Defaults(clock);
    }

    private void deprecate(String core, String warning) {
        resource("", "v1", core).ifPresent(each -> deprecations.put(each, new Deprecation(warning, "")));
    }

    /** Reads the table that the program ships. */
    public static Schema load() {
        return load(Clock.systemUTC());
    }

    /** Reads the table; the clock gives the defaults that are the present time. */
    public static Schema load(Clock clock) {
        return new Schema(clock, false, false);
    }

    /**
     * As {@link #load()}, with the group metrics.k8s.io.
     *
     * @param legacy whether resources are served in versions, too, that Kubernetes has ceased to serve
     */
    public static Schema loadWithMetrics(boolean legacy) {
        return new Schema(Clock.systemUTC(), true, legacy);
    }

    /** What to tell those who use the resource; empty for those that no one is to leave. */
    public Optional<Deprecation> deprecation(ResourceInfo resource) {
        return Optional.ofNullable(deprecations.get(resource));
    }

    /** Every built-in resource that is served by default, by group, version and name. */
    public List<ResourceInfo> resources() {
        return resources.enabled();
    }

    /** The resource, if it is known and served by default. */
    public Optional<ResourceInfo> resource(String group, String version, String plural) {
        return Optional.ofNullable(find(group, version, plural))
                .filter(ResourceTable.Entry::enabled)
                .map(ResourceTable.Entry::info);
    }

    /** Says that custom resources are still to come: until the first are served, what is not known may yet be. */
    public synchronized void expectCustomResources() {
        complete = false;
    }

    /** Whether what is not known does not exist. */
    public boolean isComplete() {
        return complete;
    }

    /** Serves these custom resources from now on, and no others. */
    public synchronized void serve(Collection<CustomResource> customResources) {
        custom = new CustomTable(custom.generation() + 1, customResources);
        complete = true;
    }

    /** The custom resources that are served now, in no order. */
    public List<ResourceInfo> customResources() {
        return custom.resources();
    }

    /** Changes whenever other custom resources are served. */
    public long generation() {
        return custom.generation();
    }

    /** What a definition says of the resource, if it is a custom one. */
    public Optional<CustomResource> custom(ResourceInfo resource) {
        return Optional.ofNullable(custom.custom(resource));
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

    /** Type of lists of the resource's objects; empty where there are none. */
    public Optional<StructType> listType(ResourceInfo resource) {
        CustomResource found = custom.custom(resource);
        return found == null ? kind(resource.apiVersion(), resource.kind() + "List") : Optional.of(found.listType());
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
        applyDefaults(type(resource), object);
    }

    public void applyDefaults(StructType type, ObjectNode object) {
        CustomForm form = type.form();
        if (form == null) {
            defaults.apply(type, object);
        } else {
            form.applyDefaults(object);
        }
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
        CustomForm form = type.form();
        return form == null ? normalizer.normalize(type, object) : form.prune(object);
    }

    /** Adds the fields that Kubernetes' own type of the resource has at all times, such as an empty status. */
    public void complete(ResourceInfo resource, ObjectNode object) {
        StructType type = type(resource);
        if (type.form() == null) {
            normalizer.complete(type, object);
        }
    }

    /** Changes with the table. */
    public String fingerprint() {
        return types.fingerprint() + resources.fingerprint();
    }

    private ResourceTable.Entry entry(ResourceInfo resource) {
        ResourceTable.Entry entry = find(resource.group(), resource.version(), resource.resource());
        if (entry == null) {
            throw new IllegalArgumentException("The table has no resource " + resource.qualifiedResource());
        }
        return entry;
    }

    private ResourceTable.@Nullable Entry find(String group, String version, String plural) {
        ResourceTable.Entry builtIn = resources.find(group, version, plural);
        return builtIn == null ? custom.find(group, version, plural) : builtIn;
    }
}
