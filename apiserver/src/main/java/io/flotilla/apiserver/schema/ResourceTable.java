package io.flotilla.apiserver.schema;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code resources.txt}, whose form its script tells ({@code src/script/make_schema_table.py}). */
final class ResourceTable {

    /** Everything the table says of one resource. */
    record Entry(
            ResourceInfo info,
            boolean enabled,
            String storageVersionHash,
            StructType type,
            Map<String, SubresourceInfo> subresources,
            FieldSelectors selectors,
            List<Column> columns) {}

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<ResourceInfo> enabled = new ArrayList<>();

    private final String fingerprint;

    ResourceTable(TypeTable types) {
        byte[] bytes = TypeTable.resource("resources.txt");
        fingerprint = TypeTable.fingerprint(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        List<String[]> block = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] columns = line.split("\t", -1);
            if (columns[0].equals("R") && !block.isEmpty()) {
                add(types, block);
                block.clear();
            }
            block.add(columns);
        }
        add(types, block);
    }

    @Nullable
    Entry find(String group, String version, String resource) {
        return entries.get(path(group, version, resource));
    }

    static String path(String group, String version, String resource) {
        return group + "/" + version + "/" + resource;
    }

    String fingerprint() {
        return fingerprint;
    }

    List<ResourceInfo> enabled() {
        return enabled;
    }

    private void add(TypeTable types, List<String[]> block) {
        String[] head = block.getFirst();
        Map<String, SubresourceInfo> subresources = new LinkedHashMap<>();
        Map<String, String> selectors = new LinkedHashMap<>();
        List<Column> columns = new ArrayList<>();
        for (String[] line : block) {
            switch (line[0]) {
                case "S" -> {
                    int slash = line[2].indexOf('/');
                    subresources.put(
                            line[1],
                            new SubresourceInfo(
                                    line[1],
                                    slash < 0 ? "" : line[2].substring(0, slash),
                                    line[2].substring(slash + 1),
                                    line[3],
                                    words(line[4]),
                                    types.get(line[5])));
                }
                case "F" -> selectors.put(line[1], line[2]);
                case "C" -> columns.add(new Column(line[1], line[2], line[3], Integer.parseInt(line[4])));
                default -> {}
            }
        }
        ResourceInfo info = new ResourceInfo(
                head[1],
                head[2],
                head[3],
                head[4],
                head[9],
                head[5].equals("1"),
                words(head[6]),
                List.copyOf(words(head[8])),
                List.copyOf(words(head[10])),
                head[12],
                head[11],
                subresources.keySet().stream().collect(Collectors.toCollection(LinkedHashSet::new)));
        add(new Entry(
                info,
                head[7].equals("1"),
                head[13],
                types.get(head[14]),
                subresources,
                new FieldSelectors(head[4], selectors),
                List.copyOf(columns)));
    }

    /** Adds a resource to those of the table. */
    void add(Entry entry) {
        ResourceInfo info = entry.info();
        entries.put(path(info.group(), info.version(), info.resource()), entry);
        if (entry.enabled()) {
            enabled.add(info);
        }
    }

    private static Set<String> words(String commaSeparated) {
        return commaSeparated.isEmpty() ? Set.of() : new LinkedHashSet<>(List.of(commaSeparated.split(",")));
    }
}
