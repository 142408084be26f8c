package io.flotilla.apiserver.schema;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object with known fields. Its fields are read from the table when they are first asked for: most of the types
 * are never used by one server. Safe from any thread.
 */
public final class StructType implements Type {

    /** A union member: {@code field} is set where {@code discriminator} has this value. */
    record Union(String discriminator, String field, String value) {}

    /** What the table says of a struct. */
    record Body(
            List<Field> fields, boolean mapAtomic, boolean published, List<Union> unions, List<DefaultRule> defaults) {}

    /** Reads the body of a type. */
    interface Loader {
        Body load(String name);
    }

    private final String name;
    private final Loader loader;
    private final @Nullable CustomForm form;
    private final boolean open;
    private volatile @Nullable Loaded loaded;

    StructType(String name, Loader loader) {
        this(name, loader, null, false);
    }

    private StructType(String name, Loader loader, @Nullable CustomForm form, boolean open) {
        this.name = name;
        this.loader = loader;
        this.form = form;
        this.open = open;
    }

    /**
     * A type that the definition of a custom kind describes.
     *
     * @param mapAtomic server-side apply owns values as a whole
     * @param open fields beside those declared are kept
     */
    public static StructType custom(String name, List<Field> fields, boolean mapAtomic, boolean open) {
        Body body = new Body(List.copyOf(fields), mapAtomic, true, List.of(), List.of());
        return new StructType(name, _ -> body, null, open);
    }

    /** The same type, as that of whole objects. */
    public StructType withForm(CustomForm objects) {
        return new StructType(name, loader, objects, open);
    }

    /** What a definition says of whole objects of a custom kind; null for all other types. */
    public @Nullable CustomForm form() {
        return form;
    }

    /** Whether values may have fields that the type does not declare. */
    public boolean open() {
        return open;
    }

    /** Name in the table, such as {@code core/v1.PodSpec}. */
    public String name() {
        return name;
    }

    /** Name without the group, such as {@code PodSpec}. */
    public String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    @Override
    public String goName() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** The field of this JSON name, or null. */
    public @Nullable Field field(String jsonName) {
        return loaded().byName.get(jsonName);
    }

    /** Every JSON field, by name in ascending order. */
    public Collection<Field> fields() {
        return loaded().jsonFields;
    }

    /** Fields and inline members that protobuf knows, by number in ascending order. */
    public Field[] byNumber() {
        return loaded().byNumber;
    }

    /** Fields that are printed even when unset. */
    Field[] alwaysPrinted() {
        return loaded().alwaysPrinted;
    }

    /** Whether server-side apply owns values of this type as a whole. */
    public boolean mapAtomic() {
        return loaded().body.mapAtomic;
    }

    /** Whether OpenAPI describes the type. */
    public boolean published() {
        return loaded().body.published;
    }

    List<Union> unions() {
        return loaded().body.unions;
    }

    List<DefaultRule> defaults() {
        return loaded().body.defaults;
    }

    private Loaded loaded() {
        Loaded current = loaded;
        if (current == null) {
            current = new Loaded(loader.load(name));
            loaded = current;
        }
        return current;
    }

    @Override
    public String toString() {
        return name;
    }

    private static final class Loaded {
        final Body body;
        final List<Field> jsonFields;
        final Map<String, Field> byName;
        final Field[] byNumber;
        final Field[] alwaysPrinted;

        Loaded(Body body) {
            this.body = body;
            jsonFields = body.fields.stream()
                    .filter(field -> !field.inline())
                    .sorted(Comparator.comparing(Field::name))
                    .toList();
            byName = HashMap.newHashMap(jsonFields.size());
            jsonFields.forEach(field -> byName.put(field.name(), field));
            byNumber = body.fields.stream()
                    .filter(field -> field.number() > 0)
                    .sorted(Comparator.comparingInt(Field::number))
                    .toArray(Field[]::new);
            alwaysPrinted = jsonFields.stream()
                    .filter(field -> field.printing() == Field.Printing.ALWAYS
                            || field.printing() == Field.Printing.ALWAYS_NULLABLE)
                    .toArray(Field[]::new);
        }
    }
}
