package io.flotilla.apiserver.extension.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.common.values.StructValue;
import dev.cel.runtime.CelFunctionBinding;
import io.flotilla.apiserver.extension.cel.library.FunctionException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The types by which expressions build what changes an object: {@code Object}, {@code Object.spec} and so on for parts of
 * it, and {@code JSONPatch} for one operation. No schema is known when they are read: any field may be set.
 */
final class PatchTypes implements CelTypeProvider {
    /** The key under which a built value, once it is a plain map, still tells its type. */
    static final String TYPE = "\0type";

    private static final String OBJECT = "Object";
    static final String JSON_PATCH = "JSONPatch";
    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final String ESCAPE = "string_escapeKey";

    static final CelFunctionDecl ESCAPE_KEY = CelFunctionDecl.newFunctionDeclaration(
            "jsonpatch.escapeKey", CelOverloadDecl.newGlobalOverload(ESCAPE, SimpleType.STRING, SimpleType.STRING));
    static final CelFunctionBinding ESCAPE_KEY_BINDING = CelFunctionBinding.from(
            ESCAPE, String.class, key -> key.replace("~", "~0").replace("/", "~1"));

    /** No other fields can be meant than by words that the expression has. */
    private final ImmutableSet<String> words;

    PatchTypes(String expression) {
        words = WORD.matcher(expression).results().map(MatchResult::group).collect(ImmutableSet.toImmutableSet());
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return ImmutableSet.of();
    }

    @Override
    public Optional<CelType> findType(String name) {
        if (name.equals(JSON_PATCH)) {
            return Optional.of(StructType.create(
                    name,
                    ImmutableSet.of("op", "path", "from", "value"),
                    field -> Optional.of(field.equals("value") ? SimpleType.DYN : SimpleType.STRING)));
        }
        return name.equals(OBJECT) || name.startsWith(OBJECT + ".")
                ? Optional.of(StructType.create(name, words, _ -> Optional.of(SimpleType.DYN)))
                : Optional.empty();
    }

    /** What an expression builds of one of the types. */
    @SuppressWarnings("Immutable") // nobody changes the fields any more
    private static final class Built extends StructValue<String, Map<String, Object>> {
        private final String type;
        private final Map<String, Object> fields;

        Built(String type, Map<String, Object> fields) {
            this.type = type;
            this.fields = fields;
        }

        @Override
        public Map<String, Object> value() {
            Map<String, Object> named = new LinkedHashMap<>(fields);
            named.put(TYPE, type);
            return named;
        }

        @Override
        public boolean isZeroValue() {
            return fields.isEmpty();
        }

        @Override
        public CelType celType() {
            return StructTypeReference.create(type);
        }

        @Override
        public Object select(String field) {
            return find(field).orElseThrow(() -> new FunctionException("no such key: " + field));
        }

        @Override
        public Optional<Object> find(String field) {
            return Optional.ofNullable(fields.get(field));
        }
    }

    /** Builds a value. */
    static Optional<Object> build(String type, Map<String, Object> fields) {
        return Optional.of(new Built(type, fields));
    }
}
