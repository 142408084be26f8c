package io.flotilla.apiserver.extension.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Set;

/** The dialect: CEL's standard library, the extensions that Kubernetes enables, and functions of its own. */
final class Expressions {
    static final String SELF = "self";
    static final String OLD_SELF = "oldSelf";

    /** A loop costs a few units in Kubernetes, whose limit for one rule is a million. */
    private static final int MOST_ITERATIONS = 250_000;

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableOptionalSyntax(true)
            .enableHeterogeneousNumericComparisons(true)
            .comprehensionMaxIterations(MOST_ITERATIONS)
            .maxRegexProgramSize(10_000)
            .build();

    private static final CelRuntime RUNTIME = CelRuntimeFactory.legacyCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .addLibraries(CelExtensions.strings(), CelExtensions.optional(), CelExtensions.sets(OPTIONS))
            .addFunctionBindings(KubernetesFunctions.bindings())
            .build();

    private Expressions() {}

    /** An expression that was understood. */
    record Compiled(CelRuntime.Program program, CelType result, boolean usesOldSelf) {}

    /** What reads expressions over the values of one schema. */
    static CelCompiler compiler(SchemaTypes types, boolean optionalOldSelf) {
        return dialect()
                .setTypeProvider(types)
                .addVar(SELF, types.root())
                .addVar(OLD_SELF, optionalOldSelf ? OptionalType.create(types.root()) : types.root())
                .build();
    }

    /** What reads expressions over variables of any type. */
    static CelCompiler compiler(Set<String> variables) {
        CelCompilerBuilder builder = dialect();
        variables.forEach(name -> builder.addVar(name, SimpleType.DYN));
        return builder.build();
    }

    private static CelCompilerBuilder dialect() {
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(
                        CelExtensions.strings(),
                        CelExtensions.optional(),
                        CelExtensions.sets(OPTIONS),
                        CelExtensions.bindings())
                .addFunctionDeclarations(KubernetesFunctions.declarations());
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException it cannot be understood; the message tells where
     */
    static Compiled compile(CelCompiler compiler, String expression) {
        try {
            CelAbstractSyntaxTree tree = compiler.compile(expression).getAst();
            boolean usesOldSelf = tree.getReferenceMap().values().stream()
                    .anyMatch(reference -> reference.name().equals(OLD_SELF));
            return new Compiled(RUNTIME.createProgram(tree), tree.getResultType(), usesOldSelf);
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The library's words for what has others in Kubernetes. */
    static String plain(CelEvaluationException e) {
        String words = String.valueOf(e.getMessage());
        int colon = words.startsWith("evaluation error") ? words.indexOf(": ") : -1;
        String why = colon < 0 ? words : words.substring(colon + 2);
        if (why.startsWith("key '") && why.endsWith("' is not present in map.")) {
            return "no such key: " + why.substring(5, why.indexOf('\'', 5));
        }
        return e.getErrorCode() == CelErrorCode.DIVIDE_BY_ZERO ? "division by zero" : why;
    }
}
