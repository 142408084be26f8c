package io.flotilla.apiserver.patch;

import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Type;
import org.jspecify.annotations.Nullable;

/** How ownership of a value is divided. */
sealed interface Shape {

    /** Owned as a whole. */
    record Leaf() implements Shape {}

    /** Owned by fields. */
    record Struct(StructType type) implements Shape {}

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
                Field field = struct.type.field(name);
                if (field == null) {
                    yield struct.type.open() ? DEDUCED : null;
                }
                yield of(field);
            }
            case Keys keys -> keys.value();
            case Leaf _, Items _ -> LEAF;
        };
    }
}
