package io.flotilla.apiserver.patch;

import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How ownership of a value is divided. */
sealed interface Shape {

    /** Owned as a whole. */
    record Leaf() implements Shape {}

    /** Owned by fields; knows what each of those it was asked for is. */
    final class Struct implements Shape {
        private static final int MOST_TYPES = 1_000;
        private static final Map<StructType, Struct> ROOTS = new ConcurrentHashMap<>();

        private final StructType type;
        private final Map<String, Member> members = new ConcurrentHashMap<>(8);

        private Struct(StructType type) {
            this.type = type;
        }

        /** The shape of whole objects of a type. */
        static Struct of(StructType type) {
            Struct known = ROOTS.get(type);
            if (known == null) {
                // Types of custom kinds come and go.
                if (ROOTS.size() >= MOST_TYPES) {
                    ROOTS.clear();
                }
                known = ROOTS.computeIfAbsent(type, Struct::new);
            }
            return known;
        }

        /** Null for a field that the type does not have. */
        private @Nullable Member member(String name) {
            Member known = members.get(name);
            Field field = known == null ? type.field(name) : null;
            if (field != null) {
                known = new Member(edge(name), Shape.of(field));
                members.put(field.name(), known);
            }
            return known;
        }

        @Override
        public String toString() {
            return type.toString();
        }
    }

    /** A field or key: the edge that leads to it in a {@link FieldSet}, and its shape. */
    record Member(String edge, Shape shape) {}

    /**
     * Owned by keys.
     *
     * @param of shape of every value; null for the same as this one
     */
    record Keys(@Nullable Shape of) implements Shape {
        Shape value() {
            return of == null ? this : of;
        }
    }

    /** Owned by items that are told apart by keys or by their value. */
    record Items(ListIdentity identity, Shape element) implements Shape {}

    Shape LEAF = new Leaf();
    /** What no type describes is owned by keys, and where there are none as a whole. */
    Shape DEDUCED = new Keys(null);

    static Shape of(Field field) {
        if (field.mapAtomic()) {
            return LEAF;
        }
        ListIdentity identity = ListIdentity.of(field);
        if (identity == null) {
            return of(field.type());
        }
        if (identity.atomic() || !(field.type() instanceof ListType list)) {
            return LEAF;
        }
        return new Items(identity, of(list.element()));
    }

    static Shape of(Type type) {
        return switch (type) {
            case StructType struct ->
                struct.mapAtomic() ? LEAF : struct.open() && struct.fields().isEmpty() ? DEDUCED : new Struct(struct);
            case MapType map -> new Keys(of(map.value()));
            case ListType _, Scalar _ -> LEAF;
        };
    }

    /** Shape of a field or key of this shape; null for a field that the type does not have. */
    static @Nullable Shape child(Shape shape, String name) {
        return switch (shape) {
            case Struct struct -> {
                Member member = struct.member(name);
                yield member != null ? member.shape() : struct.type.open() ? DEDUCED : null;
            }
            case Keys keys -> keys.value();
            case Leaf _, Items _ -> LEAF;
        };
    }

    /** A field or key of this shape; what the type does not have is owned as a whole. */
    static Member member(Shape shape, String name) {
        Member member = shape instanceof Struct struct ? struct.member(name) : null;
        if (member != null) {
            return member;
        }
        Shape child = child(shape, name);
        return new Member(edge(name), child == null ? LEAF : child);
    }

    static String edge(String name) {
        return "f:" + name;
    }
}
