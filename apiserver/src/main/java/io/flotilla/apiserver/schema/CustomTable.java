package io.flotilla.apiserver.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The custom resources that are served at one time. */
final class CustomTable {
    static final CustomTable NONE = new CustomTable(0, List.of());

    private final long generation;
    private final List<ResourceInfo> resources;
    private final Map<String, CustomResource> byPath;
    private final Map<String, ResourceTable.Entry> entries;

    CustomTable(long generation, Collection<CustomResource> custom) {
        this.generation = generation;
        this.byPath = HashMap.newHashMap(custom.size());
        this.entries = HashMap.newHashMap(custom.size());
        List<ResourceInfo> infos = new ArrayList<>(custom.size());
        for (CustomResource each : custom) {
            ResourceInfo info = each.info();
            String path = ResourceTable.path(info.group(), info.version(), info.resource());
            byPath.put(path, each);
            entries.put(
                    path,
                    new ResourceTable.Entry(
                            info,
                            each.served(),
                            each.storageVersionHash(),
                            each.type(),
                            each.subresources(),
                            each.selectors(),
                            each.columns()));
            if (each.served()) {
                infos.add(info);
            }
        }
        this.resources = List.copyOf(infos);
    }

    /** Differs from that of every table before. */
    long generation() {
        return generation;
    }

    List<ResourceInfo> resources() {
        return resources;
    }

    ResourceTable.@Nullable Entry find(String group, String version, String resource) {
        return entries.isEmpty() ? null : entries.get(ResourceTable.path(group, version, resource));
    }

    @Nullable
    CustomResource custom(ResourceInfo info) {
        return byPath.isEmpty() ? null : byPath.get(ResourceTable.path(info.group(), info.version(), info.resource()));
    }
}
