package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code types.txt}, whose form its script tells ({@code src/script/make_schema_table.py}). Loading finds where
 * each type begins; a type's lines are read when it is first used.
 */
final class TypeTable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final byte[] text;
    private final Map<String, StructType> types;
    private final Map<String, Integer> offsets;
    private final Map<String, String> names = new HashMap<>();

    private TypeTable(byte[] text) {
        this.text = text;
        this.offsets = HashMap.newHashMap(1200);
        this.types = HashMap.newHashMap(1200);
        int start = 0;
        while (start < text.length) {
            int end = lineEnd(start);
            if (text[start] == 'T' && text[start + 1] == '\t') {
                int nameEnd = start + 2;
                while (nameEnd < end && text[nameEnd] != '\t') {
                    nameEnd++;
                }
                String name = string(start + 2, nameEnd);
                offsets.put(name, start);
                types.put(name, new StructType(name, this::load));
            }
            start = end + 1;
        }
    }

    static TypeTable load() {
        return new TypeTable(resource("types.txt"));
    }

    static byte[] resource(String name) {
        try (InputStream in = TypeTable.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The program lacks its table " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Nullable
    StructType find(String name) {
        return types.get(name);
    }

    StructType get(String name) {
        StructType type = types.get(name);
        if (type == null) {
            throw new IllegalStateException("The table has no type " + name);
        }
        return type;
    }

    Collection<StructType> all() {
        return types.values();
    }

    String fingerprint() {
        return fingerprint(text);
    }

    static String fingerprint(byte[] text) {
        CRC32C sum = new CRC32C();
        sum.update(text);
        return Long.toHexString(sum.getValue()) + text.length;
    }

    private StructType.Body load(String name) {
        int start = offsets.getOrDefault(name, -1);
        int end = lineEnd(start);
        String head = string(start, end);
        boolean mapAtomic = head.contains("\tM:atomic");
        boolean published = !head.endsWith("\tH");
        String own = name.substring(0, name.lastIndexOf('.'));
        List<Field> fields = new ArrayList<>();
        List<StructType.Union> unions = new ArrayList<>(0);
        List<DefaultRule> defaults = new ArrayList<>(0);
        for (start = end + 1; start < text.length; start = end + 1) {
            end = lineEnd(start);
            String[] columns = string(start, end).split("\t", -1);
            switch (columns[0]) {
                case "T" -> {
                    return body(fields, mapAtomic, published, unions, defaults);
                }
                case "^" ->
                    unions.add(new StructType.Union(intern(columns[1]), intern(columns[2]), intern(columns[3])));
                case "%" -> defaults.add(rule(columns));
                default -> fields.add(field(own, columns));
            }
        }
        return body(fields, mapAtomic, published, unions, defaults);
    }

    private static StructType.Body body(
            List<Field> fields,
            boolean mapAtomic,
            boolean published,
            List<StructType.Union> unions,
            List<DefaultRule> defaults) {
        return new StructType.Body(fields, mapAtomic, published, List.copyOf(unions), List.copyOf(defaults));
    }

    private Field field(String own, String[] columns) {
        String flags = columns.length > 3 ? columns[3] : "";
        Field.ListKind listKind = null;
        List<String> listKeys = List.of();
        boolean mapAtomic = false;
        String strategy = "";
        String mergeKey = "";
        List<String> values = List.of();
        String openApiDefault = null;
        for (int i = 4; i < columns.length; i++) {
            String value = columns[i].substring(2);
            switch (columns[i].charAt(0)) {
                case 'L' -> {
                    String[] parts = value.split(":", 2);
                    listKind = switch (parts[0]) {
                        case "map" -> Field.ListKind.MAP;
                        case "set" -> Field.ListKind.SET;
                        default -> Field.ListKind.ATOMIC;
                    };
                    listKeys = parts.length > 1 ? internAll(parts[1]) : List.of();
                }
                case 'M' -> mapAtomic = value.equals("atomic");
                case 'S' -> strategy = value;
                case 'K' -> mergeKey = intern(value);
                case 'E' -> values = internAll(value);
                case 'D' -> openApiDefault = value;
                default -> throw new IllegalStateException("Unknown attribute " + columns[i]);
            }
        }
        List<String> strategies = List.of(strategy.split(",", -1));
        return new Field(
                intern(columns[0]),
                Integer.parseInt(columns[1]),
                type(own, columns[2]),
                flags.contains("i"),
                flags.contains("r"),
                flags.contains("z"),
                printing(flags),
                listKind,
                listKeys,
                mapAtomic,
                strategies.contains("merge"),
                strategies.contains("retainKeys"),
                strategies.contains("replace"),
                mergeKey,
                values,
                openApiDefault);
    }

    private static Field.Printing printing(String flags) {
        if (flags.contains("n")) {
            return Field.Printing.ALWAYS;
        }
        if (flags.contains("N")) {
            return Field.Printing.ALWAYS_NULLABLE;
        }
        return flags.contains("p") ? Field.Printing.WHEN_SET : Field.Printing.UNLESS_ZERO;
    }

    private Type type(String own, String code) {
        return switch (code.charAt(0)) {
            case '[' -> new ListType(type(own, code.substring(1)), false);
            case '*' -> new ListType(type(own, code.substring(1)), true);
            case '{' -> new MapType(type(own, code.substring(1)));
            case '@' -> get(code.indexOf('/') > 0 ? code.substring(1) : own + "." + code.substring(1));
            default -> Scalar.of(code.charAt(0));
        };
    }

    private DefaultRule rule(String[] columns) {
        List<DefaultRule.Condition> conditions =
                Arrays.stream(columns[3].split(";")).map(this::condition).toList();
        try {
            return new DefaultRule(path(columns[1]), JSON.readTree(columns[2]), conditions);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A default is not JSON: " + columns[2], e);
        }
    }

    private DefaultRule.Condition condition(String text) {
        String rest = text.substring(1);
        return switch (text.charAt(0)) {
            case '-' -> new DefaultRule.Condition(DefaultRule.Test.UNSET, path(rest), List.of());
            case '0' -> new DefaultRule.Condition(DefaultRule.Test.ZERO, path(rest), List.of());
            case '+' -> new DefaultRule.Condition(DefaultRule.Test.SET, path(rest), List.of());
            case '*' -> new DefaultRule.Condition(DefaultRule.Test.NOT_ZERO, path(rest), List.of());
            case '=', '~' -> {
                int equals = rest.indexOf('=');
                yield new DefaultRule.Condition(
                        DefaultRule.Test.ONE_OF,
                        path(rest.substring(0, equals)),
                        internAll(rest.substring(equals + 1)));
            }
            default -> throw new IllegalStateException("Unknown condition " + text);
        };
    }

    private List<String> path(String text) {
        return Arrays.stream(text.split("\\.")).map(this::intern).toList();
    }

    private List<String> internAll(String commaSeparated) {
        return Arrays.stream(commaSeparated.split(",", -1)).map(this::intern).toList();
    }

    private synchronized String intern(String name) {
        return names.computeIfAbsent(name, each -> each);
    }

    private int lineEnd(int start) {
        int end = start;
        while (text[end] != '\n') {
            end++;
        }
        return end;
    }

    private String string(int start, int end) {
        return new String(text, start, end - start, StandardCharsets.ISO_8859_1);
    }
}
