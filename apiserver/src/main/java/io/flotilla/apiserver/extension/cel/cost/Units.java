package io.flotilla.apiserver.extension.cel.cost;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;

/** The prices of single steps, and arithmetic that ends at the largest number instead of beyond it. */
final class Units {
    static final long SELECT = 1;
    static final long LIST = 10;
    static final long MAP = 30;
    static final long STRUCT = 40;
    static final long CALL = 1;
    /** Kubernetes lets an expression ask the authorizer twice. */
    static final long AUTHORIZATION = 350_000;
    /** Of a text, for each of its characters. */
    static final double TRAVERSAL = 0.1;
    /** Of a regular expression, for each of its characters. */
    static final double PATTERN = 0.25;

    static final long UNBOUNDED = Long.MAX_VALUE;

    private Units() {}

    static long plus(long a, long b) {
        return a > UNBOUNDED - b ? UNBOUNDED : a + b;
    }

    static long times(long a, long b) {
        return a != 0 && b > UNBOUNDED / a ? UNBOUNDED : a * b;
    }

    static long times(long size, double factor) {
        double product = Math.ceil(size * factor);
        return size == UNBOUNDED || product >= UNBOUNDED ? UNBOUNDED : (long) product;
    }

    /** Length of a constant text or byte string; 1 for other constants. */
    static long size(CelConstant constant) {
        return switch (constant.getKind()) {
            case STRING_VALUE ->
                constant.stringValue().codePointCount(0, constant.stringValue().length());
            case BYTES_VALUE -> constant.bytesValue().size();
            default -> 1;
        };
    }

    /** Whether a list can be made once and for all. */
    static boolean isConstant(CelExpr expression) {
        return switch (expression.getKind()) {
            case CONSTANT -> true;
            case LIST -> expression.list().elements().stream().allMatch(Units::isConstant);
            default -> false;
        };
    }
}
