package io.flotilla.apiserver.extension.cel.cost;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationListener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what one evaluation costs, and ends it when that is more than it may. Not for more than one evaluation. */
public final class Meter implements CelEvaluationListener {
    /** What a single evaluation may cost in Kubernetes. */
    public static final long CALL_LIMIT = 1_000_000;

    /** The words for an evaluation that was ended. */
    public static final String EXCEEDED = "operation cancelled: actual cost limit exceeded";

    private final long limit;
    private final Map<Long, Object> values = new HashMap<>();
    private long cost;

    public Meter(long limit) {
        this.limit = limit;
    }

    /** Thrown into an evaluation to end it; some operators go on in spite of that, so ask {@link #isExceeded}. */
    private static final class LimitException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LimitException() {
            super(EXCEEDED, null, false, false);
        }
    }

    public long cost() {
        return cost;
    }

    public boolean isExceeded() {
        return cost > limit;
    }

    /** Told of every part of the expression once it has a value. */
    @Override
    public void callback(CelExpr expression, @Nullable Object value) {
        if (value != null) {
            values.put(expression.id(), value);
        }
        cost = Units.plus(cost, price(expression, value));
        if (isExceeded()) {
            throw new LimitException();
        }
    }

    private long price(CelExpr expression, @Nullable Object result) {
        return switch (expression.getKind()) {
            case IDENT -> Units.SELECT;
            case SELECT -> expression.select().testOnly() ? 0 : Units.SELECT;
            case LIST -> Units.isConstant(expression) ? 0 : Units.LIST;
            case MAP -> Units.MAP;
            case STRUCT -> Units.STRUCT;
            case CALL -> call(expression.call(), result);
            case CONSTANT, COMPREHENSION, NOT_SET -> 0;
        };
    }

    private long call(CelExpr.CelCall call, @Nullable Object result) {
        List<CelExpr> arguments = new ArrayList<>();
        call.target().ifPresent(arguments::add);
        arguments.addAll(call.args());
        long first = size(arguments, 0);
        long second = size(arguments, 1);
        return switch (call.function()) {
            case "_&&_", "_||_", "_?_:_" -> 0;
            case "check" -> Units.AUTHORIZATION;
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> traversal(arguments);
            case "url",
                    "lowerAscii",
                    "upperAscii",
                    "substring",
                    "trim",
                    "cidr",
                    "isIP",
                    "isCIDR",
                    "quantity",
                    "isQuantity",
                    "semver",
                    "isSemver" -> Units.times(first, Units.TRAVERSAL);
            case "ip" -> call.target().isPresent() ? Units.CALL : Units.times(first, Units.TRAVERSAL);
            case "replace", "split", "ip.isCanonical" -> Units.times(first, 2 * Units.TRAVERSAL);
            case "join" -> Units.times(size(result), 2 * Units.TRAVERSAL);
            case "find", "findAll", "matches" ->
                Units.times(Units.times(Units.plus(first, 1), Units.TRAVERSAL), Units.times(second, Units.PATTERN));
            case "validate" -> Units.times(Units.times(Units.plus(second, 1), Units.TRAVERSAL), 15L);
            case "containsIP", "containsCIDR" -> 4 + Units.times(second, Units.TRAVERSAL);
            case "contains" -> Units.times(Units.times(first, Units.TRAVERSAL), Units.times(second, Units.TRAVERSAL));
            case "startsWith", "endsWith" -> Units.times(second, Units.TRAVERSAL);
            case "format" -> Units.times(first, Units.TRAVERSAL);
            case "bytes", "string" -> Units.CALL + Units.times(first, Units.TRAVERSAL);
            case "@in" -> second;
            case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_" ->
                Math.max(Units.CALL, Units.times(Math.min(first, second), Units.TRAVERSAL));
            case "_+_" -> sum(arguments, first, second);
            case "sets.contains", "sets.intersects" -> Units.plus(Units.times(first, second), 1);
            case "sets.equivalent" -> Units.plus(Units.times(2, Units.times(first, second)), 1);
            default -> Units.CALL;
        };
    }

    /** Lists are joined at once; texts are copied. */
    private long sum(List<CelExpr> arguments, long first, long second) {
        return values.get(arguments.getFirst().id()) instanceof Collection<?>
                ? Units.CALL
                : Math.max(Units.CALL, Units.times(Units.plus(first, second), Units.TRAVERSAL));
    }

    private long traversal(List<CelExpr> arguments) {
        if (!(values.get(arguments.getFirst().id()) instanceof Collection<?> list)) {
            return Units.times(size(arguments, 0), Units.TRAVERSAL);
        }
        long total = 0;
        for (Object each : list) {
            total = Units.plus(total, Math.max(1, Units.times(size(each), Units.TRAVERSAL)));
        }
        return total;
    }

    private long size(List<CelExpr> arguments, int index) {
        return index < arguments.size() ? size(values.get(arguments.get(index).id())) : 0;
    }

    private static long size(@Nullable Object value) {
        return switch (value) {
            case String text -> text.length();
            case CelByteString bytes -> bytes.size();
            case Collection<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case null, default -> 1;
        };
    }
}
