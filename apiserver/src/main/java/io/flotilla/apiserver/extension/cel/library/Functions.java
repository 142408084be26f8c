package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All functions that Kubernetes adds to the language. */
public final class Functions {
    private static final Functions ALL = new Functions();

    static {
        Texts.addTo(ALL);
        Patterns.addTo(ALL);
        Lists.addTo(ALL);
        Quantities.addTo(ALL);
        Networks.addTo(ALL);
        Urls.addTo(ALL);
        Semvers.addTo(ALL);
        NamedFormats.addTo(ALL);
        Authorizers.addTo(ALL);
    }

    private final Map<String, List<CelOverloadDecl>> overloads = new LinkedHashMap<>();
    private final List<CelFunctionBinding> bindings = new ArrayList<>();

    private Functions() {}

    /** What reads expressions must know of them. */
    public static List<CelFunctionDecl> declarations() {
        return ALL.overloads.entrySet().stream()
                .map(each -> CelFunctionDecl.newFunctionDeclaration(each.getKey(), each.getValue()))
                .toList();
    }

    /** What runs expressions must know of them. */
    public static List<CelFunctionBinding> bindings() {
        return ALL.bindings;
    }

    private void declare(String name, CelOverloadDecl overload) {
        overloads.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(overload);
    }

    /** A function of one argument: {@code name(argument)}. */
    <T> void global(
            String name,
            String overload,
            CelType result,
            CelType argument,
            Class<T> type,
            CelFunctionOverload.Unary<T> function) {
        declare(name, CelOverloadDecl.newGlobalOverload(overload, result, argument));
        bindings.add(CelFunctionBinding.from(overload, type, function));
    }

    /** A function of two arguments: {@code name(first, second)}. */
    <A, B> void global(
            String name,
            String overload,
            CelType result,
            List<CelType> arguments,
            Class<A> first,
            Class<B> second,
            CelFunctionOverload.Binary<A, B> function) {
        declare(name, CelOverloadDecl.newGlobalOverload(overload, result, arguments));
        bindings.add(CelFunctionBinding.from(overload, first, second, function));
    }

    /** A function without arguments that has one value: {@code name()}. */
    @SuppressWarnings("Immutable") // all such values are
    void constant(String name, CelType result, Object value) {
        declare(name, CelOverloadDecl.newGlobalOverload(name, result, List.of()));
        bindings.add(CelFunctionBinding.from(name, List.of(), _ -> value));
    }

    /** A member without arguments: {@code target.name()}. */
    <T> void member(
            String name,
            String overload,
            CelType result,
            CelType target,
            Class<T> type,
            CelFunctionOverload.Unary<T> function) {
        declare(name, CelOverloadDecl.newMemberOverload(overload, result, target));
        bindings.add(CelFunctionBinding.from(overload, type, function));
    }

    /** A member with one argument: {@code target.name(argument)}. */
    <A, B> void member(
            String name,
            String overload,
            CelType result,
            List<CelType> types,
            Class<A> target,
            Class<B> argument,
            CelFunctionOverload.Binary<A, B> function) {
        declare(name, CelOverloadDecl.newMemberOverload(overload, result, types));
        bindings.add(CelFunctionBinding.from(overload, target, argument, function));
    }

    /** A member with any number of arguments; the target is the first of them. */
    void member(
            String name,
            String overload,
            CelType result,
            List<CelType> types,
            List<Class<?>> classes,
            CelFunctionOverload function) {
        declare(name, CelOverloadDecl.newMemberOverload(overload, result, types));
        bindings.add(CelFunctionBinding.from(overload, classes, function));
    }
}
