package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionOverload;
import java.util.List;

/** Semantic versions: {@code semver('1.2.3')}, {@code semver('v1.2', true)}. */
final class Semvers {
    private static final CelType SEMVER = OpaqueType.create("kubernetes.Semver");
    private static final CelType STRING = SimpleType.STRING;
    private static final CelType BOOL = SimpleType.BOOL;
    private static final CelType INT = SimpleType.INT;

    private Semvers() {}

    static void addTo(Functions functions) {
        functions.global("semver", "string_to_semver", SEMVER, STRING, String.class, text -> Semver.parse(text, false));
        functions.global(
                "semver",
                "string_bool_to_semver",
                SEMVER,
                List.of(STRING, BOOL),
                String.class,
                Boolean.class,
                Semver::parse);
        functions.global(
                "isSemver", "is_semver_string", BOOL, STRING, String.class, text -> Semver.isValid(text, false));
        functions.global(
                "isSemver",
                "is_semver_string_bool",
                BOOL,
                List.of(STRING, BOOL),
                String.class,
                Boolean.class,
                Semver::isValid);
        functions.member("major", "semver_major", INT, SEMVER, Semver.class, Semver::major);
        functions.member("minor", "semver_minor", INT, SEMVER, Semver.class, Semver::minor);
        functions.member("patch", "semver_patch", INT, SEMVER, Semver.class, Semver::patch);
        compare(functions, "isGreaterThan", "semver_is_greater_than", BOOL, (a, b) -> a.compareTo(b) > 0);
        compare(functions, "isLessThan", "semver_is_less_than", BOOL, (a, b) -> a.compareTo(b) < 0);
        compare(functions, "compareTo", "semver_compare_to", INT, (a, b) -> (long) a.compareTo(b));
    }

    private static void compare(
            Functions functions,
            String name,
            String overload,
            CelType result,
            CelFunctionOverload.Binary<Semver, Semver> function) {
        functions.member(name, overload, result, List.of(SEMVER, SEMVER), Semver.class, Semver.class, function);
    }
}
