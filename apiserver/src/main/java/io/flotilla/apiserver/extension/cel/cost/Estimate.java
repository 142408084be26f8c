package io.flotilla.apiserver.extension.cel.cost;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an expression costs at most, whatever its variables are, as far as their schema bounds them. */
public final class Estimate {
    private final CelAbstractSyntaxTree tree;
    /** What variables may stand for: where in the schema their values are. */
    private final Map<String, Extent> variables = new HashMap<>();

    private final Map<Long, Extent> extents = new HashMap<>();
    private final Map<Long, Size> sizes = new HashMap<>();
    private final Map<String, Size> variableSizes = new HashMap<>();

    private Estimate(CelAbstractSyntaxTree tree, Map<String, Extent> variables) {
        this.tree = tree;
        this.variables.putAll(variables);
    }

    /** The largest cost of a checked expression. */
    public static long of(CelAbstractSyntaxTree tree, Map<String, Extent> variables) {
        return new Estimate(tree, variables).cost(tree.getExpr());
    }

    private long cost(CelExpr expression) {
        return switch (expression.getKind()) {
            case CONSTANT, NOT_SET -> 0;
            case IDENT -> {
                String name = expression.ident().name();
                know(expression, variables.get(name));
                Optional.ofNullable(variableSizes.get(name)).ifPresent(size -> sizes.put(expression.id(), size));
                yield Units.SELECT;
            }
            case SELECT -> {
                long operand = cost(expression.select().operand());
                if (expression.select().testOnly()) {
                    // The test itself costs nothing, but finding out what to test does.
                    yield operand;
                }
                Extent of = extents.get(expression.select().operand().id());
                know(
                        expression,
                        of == null ? null : field(of, expression.select().field()));
                yield Units.plus(operand, Units.SELECT);
            }
            case LIST -> Units.plus(Units.LIST, all(expression.list().elements()));
            case MAP -> {
                long total = Units.MAP;
                for (CelExpr.CelMap.Entry each : expression.map().entries()) {
                    total = Units.plus(total, Units.plus(cost(each.key()), cost(each.value())));
                }
                yield total;
            }
            case STRUCT -> {
                long total = Units.STRUCT;
                for (CelExpr.CelStruct.Entry each : expression.struct().entries()) {
                    total = Units.plus(total, cost(each.value()));
                }
                yield total;
            }
            case CALL -> call(expression, expression.call());
            case COMPREHENSION -> loop(expression, expression.comprehension());
        };
    }

    private static @Nullable Extent field(Extent of, String name) {
        Extent field = of.field(name);
        return field == null ? of.element() : field;
    }

    private void know(CelExpr expression, @Nullable Extent extent) {
        if (extent != null) {
            extents.put(expression.id(), extent);
        }
    }

    private long all(List<CelExpr> expressions) {
        long total = 0;
        for (CelExpr each : expressions) {
            total = Units.plus(total, cost(each));
        }
        return total;
    }

    private Size size(CelExpr expression) {
        Size known = sizes.get(expression.id());
        if (known != null) {
            return known;
        }
        switch (expression.getKind()) {
            case CONSTANT -> {
                long size = Units.size(expression.constant());
                return new Size(size, size);
            }
            case LIST -> {
                long size = expression.list().elements().size();
                return new Size(size, size);
            }
            case MAP -> {
                long size = expression.map().entries().size();
                return new Size(size, size);
            }
            default -> {}
        }
        Extent extent = extents.get(expression.id());
        if (extent != null) {
            return extent.size();
        }
        return tree.getType(expression.id()).map(Estimate::isScalar).orElse(false) ? Size.ONE : Size.UNKNOWN;
    }

    private static boolean isScalar(CelType type) {
        return switch (type.kind()) {
            case BOOL, DOUBLE, DURATION, INT, TIMESTAMP, UINT -> true;
            default -> false;
        };
    }

    private boolean isText(CelExpr expression) {
        return tree.getType(expression.id())
                .map(type -> type.kind() == CelKind.STRING || type.kind() == CelKind.BYTES)
                .orElse(false);
    }

    private boolean isList(CelExpr expression) {
        return tree.getType(expression.id())
                .map(type -> type.kind() == CelKind.LIST)
                .orElse(false);
    }

    private long call(CelExpr expression, CelCall call) {
        long before = call.target().map(this::cost).orElse(0L);
        List<CelExpr> arguments = call.args();
        if (call.function().equals("_?_:_")) {
            long condition = cost(arguments.get(0));
            long either = Math.max(cost(arguments.get(1)), cost(arguments.get(2)));
            sizes.put(expression.id(), size(arguments.get(1)).or(size(arguments.get(2))));
            return Units.plus(condition, either);
        }
        before = Units.plus(before, all(arguments));
        return Units.plus(before, call.target().isPresent() ? member(expression, call) : function(expression, call));
    }

    /** The function's own price; notes how large its result can be. */
    private long function(CelExpr expression, CelCall call) {
        List<CelExpr> arguments = call.args();
        if (arguments.isEmpty()) {
            return Units.CALL;
        }
        CelExpr first = arguments.getFirst();
        CelExpr last = arguments.getLast();
        return switch (call.function()) {
            case "_&&_", "_||_" -> 0;
            case "_[_]", "_[?_]" -> {
                Extent of = extents.get(first.id());
                know(expression, of == null ? null : of.element());
                yield Units.CALL;
            }
            case "@in" -> size(last).max();
            case "_==_", "_!=_" ->
                Units.times(Math.min(size(first).max(), size(last).max()), Units.TRAVERSAL);
            case "_<_", "_<=_", "_>_", "_>=_" ->
                isText(first) && isText(last)
                        ? Units.times(Math.min(size(first).max(), size(last).max()), Units.TRAVERSAL)
                        : Units.CALL;
            case "_+_" -> {
                if (!isText(first) && !isList(first)) {
                    yield Units.CALL;
                }
                Size size = size(first).plus(size(last));
                sizes.put(expression.id(), size);
                yield isText(first) ? size.traversal() : Units.CALL;
            }
            case "matches" -> pattern(size(first), size(last));
            case "string", "bytes" -> {
                if (!isText(first)) {
                    yield Units.CALL;
                }
                sizes.put(expression.id(), Size.upTo(Units.times(size(first).max(), 4L)));
                yield size(first).traversal();
            }
            case "url", "quantity", "isQuantity", "semver", "isSemver" ->
                size(first).traversal();
            case "sets.contains", "sets.intersects" ->
                Units.plus(Units.times(size(first).max(), size(last).max()), 1);
            case "sets.equivalent" ->
                Units.plus(
                        Units.times(2, Units.times(size(first).max(), size(last).max())), 1);
            default -> Units.CALL;
        };
    }

    private static long pattern(Size text, Size pattern) {
        return Units.times(
                Units.times(Units.plus(text.max(), 1), Units.TRAVERSAL), Units.times(pattern.max(), Units.PATTERN));
    }

    /** As {@link #function}, of a member. */
    private long member(CelExpr expression, CelCall call) {
        CelExpr target = call.target().orElseThrow();
        Size size = size(target);
        List<CelExpr> arguments = call.args();
        Size argument = arguments.isEmpty() ? Size.ONE : size(arguments.getFirst());
        return switch (call.function()) {
            case "check" -> Units.AUTHORIZATION;
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> {
                if (isText(target)) {
                    yield size.traversal();
                }
                Extent list = extents.get(target.id());
                Extent element = list == null ? null : list.element();
                long each = element == null ? 1 : Units.plus(1, element.size().traversal());
                yield Units.times(size.max(), each);
            }
            case "lowerAscii", "upperAscii", "substring", "trim", "reverse" -> {
                sizes.put(expression.id(), size);
                yield size.traversal();
            }
            case "replace" -> {
                sizes.put(expression.id(), replaced(size, argument, size(arguments.get(1))));
                yield Units.times(size.max(), 2 * Units.TRAVERSAL);
            }
            case "split" -> {
                sizes.put(expression.id(), Size.upTo(size.max()));
                yield Units.times(size.max(), 2 * Units.TRAVERSAL);
            }
            case "join" -> {
                Extent list = extents.get(target.id());
                Extent element = list == null ? null : list.element();
                long each =
                        Units.plus(element == null ? 0 : element.largest(), arguments.isEmpty() ? 0 : argument.max());
                Size joined = Size.upTo(Units.times(size.max(), each));
                sizes.put(expression.id(), joined);
                yield joined.traversal();
            }
            case "find", "findAll" -> {
                sizes.put(expression.id(), Size.upTo(size.max()));
                yield pattern(size, argument);
            }
            case "matches" -> pattern(size, argument);
            case "contains" -> Units.times(size.traversal(), argument.traversal());
            case "startsWith", "endsWith" -> argument.traversal();
            case "validate" -> Units.times(Units.times(Units.plus(argument.max(), 1), Units.TRAVERSAL), 15L);
            case "containsIP", "containsCIDR" -> isText(arguments.getFirst()) ? Units.plus(6, argument.traversal()) : 6;
            default -> Units.CALL;
        };
    }

    /** The shortest that can be replaced, as often as it fits, by the longest that replaces it. */
    private static Size replaced(Size text, Size old, Size with) {
        if (old.min() == 0) {
            return Size.upTo(Units.plus(text.max(), Units.times(Units.plus(text.max(), 1), with.max())));
        }
        return with.max() <= old.min()
                ? Size.upTo(text.max())
                : Size.upTo(Units.times(Units.times(text.max(), 1.0 / old.min()), with.max()));
    }

    private long loop(CelExpr expression, CelComprehension loop) {
        long total = Units.plus(cost(loop.iterRange()), cost(loop.accuInit()));
        Map<String, Extent> outer = new HashMap<>(variables);
        Map<String, Size> outerSizes = new HashMap<>(variableSizes);
        bind(loop);
        long each = Units.plus(cost(loop.loopCondition()), cost(loop.loopStep()));
        total = Units.plus(total, cost(loop.result()));
        restore(variables, outer);
        restore(variableSizes, outerSizes);
        Size range = size(loop.iterRange());
        if (range.max() == 0) {
            // Nothing is looped over: the result is given a name alone.
            sizes.put(expression.id(), size(loop.result()));
            know(expression, extents.get(loop.result().id()));
        } else {
            sizes.put(
                    expression.id(),
                    loop.accuInit().getKind() == CelExpr.ExprKind.Kind.LIST ? Size.upTo(range.max()) : Size.ONE);
        }
        return Units.plus(total, Units.times(range.max(), each));
    }

    private static <T> void restore(Map<String, T> now, Map<String, T> before) {
        now.clear();
        now.putAll(before);
    }

    /** Gives the variables of a loop the extents of what they stand for. */
    private void bind(CelComprehension loop) {
        for (String name : List.of(loop.iterVar(), loop.iterVar2(), loop.accuVar())) {
            variables.remove(name);
            variableSizes.remove(name);
        }
        Optional.ofNullable(extents.get(loop.accuInit().id()))
                .ifPresent(extent -> variables.put(loop.accuVar(), extent));
        Optional.ofNullable(sizes.get(loop.accuInit().id())).ifPresent(size -> variableSizes.put(loop.accuVar(), size));
        Extent range = extents.get(loop.iterRange().id());
        if (range == null || range.element() == null) {
            return;
        }
        boolean list = isList(loop.iterRange());
        if (loop.iterVar2().isEmpty()) {
            variables.put(loop.iterVar(), list ? range.element() : range.key());
        } else {
            variables.put(loop.iterVar2(), range.element());
            if (!list) {
                variables.put(loop.iterVar(), range.key());
            }
        }
    }
}
