package io.flotilla.apiserver.extension.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeFactory;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import io.flotilla.apiserver.extension.cel.cost.Estimate;
import io.flotilla.apiserver.extension.cel.cost.Extent;
import io.flotilla.apiserver.extension.cel.cost.Meter;
import io.flotilla.apiserver.extension.cel.library.Authorizers;
import io.flotilla.apiserver.extension.cel.library.FunctionException;
import io.flotilla.apiserver.extension.cel.library.Functions;
import io.flotilla.apiserver.extension.structural.Structural;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The dialect: CEL's standard library, the extensions that Kubernetes enables, and functions of its own. */
final class Expressions {
    static final String SELF = "self";
    static final String OLD_SELF = "oldSelf";
    static final String AUTHORIZER = "authorizer";
    static final String REQUEST_RESOURCE = "authorizer.requestResource";

    /** No step of a loop costs less than one unit. */
    private static final int MOST_ITERATIONS = Math.toIntExact(Meter.CALL_LIMIT);

    private static final Pattern PARSED = Pattern.compile(
            "(ERROR: <input>:\\d+:\\d+: )(mismatched input|extraneous input|missing |no viable alternative"
                    + "|token recognition error)");
    private static final CelOptions OPTIONS = CelOptions.current()
            .enableOptionalSyntax(true)
            .enableHeterogeneousNumericComparisons(true)
            .comprehensionMaxIterations(MOST_ITERATIONS)
            .maxRegexProgramSize(10_000)
            .build();

    private static final CelRuntime RUNTIME =
            extended(CelRuntimeFactory.legacyCelRuntimeBuilder()).build();

    /** Runs expressions that build what changes an object. */
    private static final CelRuntime PATCH_RUNTIME = extended(CelRuntimeFactory.plannerRuntimeBuilder())
            .addFunctionBindings(PatchTypes.ESCAPE_KEY_BINDING)
            .setValueProvider(PatchTypes::build)
            .build();

    private Expressions() {}

    private static CelRuntimeBuilder extended(CelRuntimeBuilder runtime) {
        return runtime.setOptions(OPTIONS)
                .addLibraries(
                        CelExtensions.strings(),
                        CelExtensions.optional(),
                        CelExtensions.sets(OPTIONS),
                        CelExtensions.comprehensions())
                .addFunctionBindings(Functions.bindings());
    }

    /** An expression that was understood. */
    record Compiled(CelRuntime.Program program, CelAbstractSyntaxTree tree, boolean usesOldSelf) {
        CelType result() {
            return tree.getResultType();
        }

        /** Evaluates the expression, at the expense of a budget. */
        Object run(Map<String, Object> variables, Budget budget) throws CelEvaluationException {
            Meter meter = new Meter(Meter.CALL_LIMIT);
            long start = System.nanoTime();
            try {
                Object value = program.trace(variables, meter);
                if (meter.isExceeded()) {
                    throw new CelEvaluationException(Meter.EXCEEDED);
                }
                return value;
            } catch (CelEvaluationException e) {
                boolean ended = meter.isExceeded() || e.getErrorCode() == CelErrorCode.ITERATION_BUDGET_EXCEEDED;
                throw ended ? new CelEvaluationException(Meter.EXCEEDED) : e;
            } finally {
                budget.spend(meter.cost());
                CelMetrics.EVALUATION.observe((System.nanoTime() - start) / 1e9);
            }
        }

        /** What it costs at most if values are as the schema says. */
        long estimate(Structural schema, boolean resource) {
            Extent extent = resource ? Extent.ofResource(schema, Escaped::of) : Extent.of(schema, Escaped::of);
            return Estimate.of(tree, Map.of(SELF, extent, OLD_SELF, extent));
        }
    }

    static boolean isLimit(CelEvaluationException e) {
        return Meter.EXCEEDED.equals(e.getMessage());
    }

    /** What reads expressions over the values of one schema. */
    static CelCompiler compiler(SchemaTypes types, boolean optionalOldSelf) {
        return dialect()
                .setTypeProvider(types)
                .addVar(SELF, types.root())
                .addVar(OLD_SELF, optionalOldSelf ? OptionalType.create(types.root()) : types.root())
                .build();
    }

    /** What reads expressions over one variable of a type of its own. */
    static CelCompiler compiler(String variable, StructType type) {
        return dialect()
                .setTypeProvider(new CelTypeProvider() {
                    @Override
                    public ImmutableCollection<CelType> types() {
                        return ImmutableSet.of(type);
                    }

                    @Override
                    public Optional<CelType> findType(String name) {
                        return name.equals(type.name()) ? Optional.of(type) : Optional.empty();
                    }
                })
                .addVar(variable, type)
                .build();
    }

    /** What reads expressions over variables of any type. */
    static CelCompiler compiler(Set<String> variables) {
        CelCompilerBuilder builder = dialect();
        variables.forEach(name -> builder.addVar(name, type(name)));
        return builder.build();
    }

    /** As {@link #compile}, over variables of any type, of an expression that may build what changes an object. */
    static Compiled compilePatch(String expression, Set<String> variables) {
        CelCompilerBuilder builder =
                dialect().addFunctionDeclarations(PatchTypes.ESCAPE_KEY).setTypeProvider(new PatchTypes(expression));
        variables.forEach(name -> builder.addVar(name, type(name)));
        return compile(builder.build(), expression, PATCH_RUNTIME);
    }

    private static CelType type(String variable) {
        return switch (variable) {
            case AUTHORIZER -> Authorizers.AUTHORIZER;
            case REQUEST_RESOURCE -> Authorizers.RESOURCE_CHECK;
            default -> SimpleType.DYN;
        };
    }

    private static CelCompilerBuilder dialect() {
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(
                        CelExtensions.strings(),
                        CelExtensions.optional(),
                        CelExtensions.sets(OPTIONS),
                        CelExtensions.bindings(),
                        CelExtensions.comprehensions())
                .addFunctionDeclarations(Functions.declarations());
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException it cannot be understood; the message tells where
     */
    static Compiled compile(CelCompiler compiler, String expression) {
        return compile(compiler, expression, RUNTIME);
    }

    private static Compiled compile(CelCompiler compiler, String expression, CelRuntime runtime) {
        long start = System.nanoTime();
        try {
            CelAbstractSyntaxTree tree = compiler.compile(expression).getAst();
            boolean usesOldSelf = tree.getReferenceMap().values().stream()
                    .anyMatch(reference -> reference.name().equals(OLD_SELF));
            return new Compiled(runtime.createProgram(tree), tree, usesOldSelf);
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException(told(String.valueOf(e.getMessage())), e);
        } finally {
            CelMetrics.COMPILATION.observe((System.nanoTime() - start) / 1e9);
        }
    }

    /** What the parser itself finds is called a syntax error in Kubernetes, and has no name in the library. */
    private static String told(String message) {
        return PARSED.matcher(message).replaceAll("$1Syntax error: $2");
    }

    /** The library's words for what has others in Kubernetes. */
    static String plain(CelEvaluationException e) {
        for (Throwable each = e.getCause(); each != null; each = each.getCause()) {
            if (each instanceof FunctionException) {
                return String.valueOf(each.getMessage());
            }
        }
        String words = String.valueOf(e.getMessage());
        int colon = words.startsWith("evaluation error") ? words.indexOf(": ") : -1;
        String why = colon < 0 ? words : words.substring(colon + 2);
        if (why.startsWith("key '") && why.endsWith("' is not present in map.")) {
            return "no such key: " + why.substring(5, why.indexOf('\'', 5));
        }
        return e.getErrorCode() == CelErrorCode.DIVIDE_BY_ZERO ? "division by zero" : why;
    }
}
