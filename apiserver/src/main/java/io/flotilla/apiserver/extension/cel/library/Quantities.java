package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionOverload;
import io.flotilla.machinery.object.Quantity;
import java.util.List;

/** Amounts of resources, such as {@code quantity('1.5Gi')}. */
public final class Quantities {
    /** The type of their values. */
    public static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");

    private static final CelType INT = SimpleType.INT;
    private static final CelType BOOL = SimpleType.BOOL;

    private Quantities() {}

    static void addTo(Functions functions) {
        functions.global("quantity", "string_to_quantity", QUANTITY, SimpleType.STRING, String.class, text -> {
            Quantity quantity = Quantity.tryParse(text);
            if (quantity == null) {
                throw new FunctionException(Quantity.FORMAT_MESSAGE);
            }
            return quantity;
        });
        functions.global(
                "isQuantity",
                "is_quantity_string",
                BOOL,
                SimpleType.STRING,
                String.class,
                text -> Quantity.tryParse(text) != null);
        with(functions, "isGreaterThan", "quantity_is_greater_than", BOOL, (a, b) -> a.compareTo(b) > 0);
        with(functions, "isLessThan", "quantity_is_less_than", BOOL, (a, b) -> a.compareTo(b) < 0);
        with(functions, "compareTo", "quantity_compare_to", INT, (a, b) -> (long) Integer.signum(a.compareTo(b)));
        with(functions, "add", "quantity_add", QUANTITY, Quantity::plus);
        with(functions, "sub", "quantity_sub", QUANTITY, Quantity::minus);
        withInt(functions, "add", "quantity_add_int", Quantity::plus);
        withInt(functions, "sub", "quantity_sub_int", Quantity::minus);
        of(functions, "sign", "quantity_sign", INT, quantity -> (long) quantity.signum());
        of(functions, "isInteger", "quantity_is_integer", BOOL, Quantities::isLong);
        of(functions, "asInteger", "quantity_get_int", INT, quantity -> {
            if (!isLong(quantity)) {
                throw new FunctionException("cannot convert value to integer");
            }
            return quantity.value();
        });
        of(
                functions,
                "asApproximateFloat",
                "quantity_get_float",
                SimpleType.DOUBLE,
                quantity -> quantity.amount().doubleValue());
    }

    private static boolean isLong(Quantity quantity) {
        return quantity.isInteger() && quantity.amount().toBigInteger().bitLength() < Long.SIZE;
    }

    private static void of(
            Functions functions,
            String name,
            String overload,
            CelType result,
            CelFunctionOverload.Unary<Quantity> function) {
        functions.member(name, overload, result, QUANTITY, Quantity.class, function);
    }

    private static void with(
            Functions functions,
            String name,
            String overload,
            CelType result,
            CelFunctionOverload.Binary<Quantity, Quantity> function) {
        functions.member(name, overload, result, List.of(QUANTITY, QUANTITY), Quantity.class, Quantity.class, function);
    }

    private static void withInt(
            Functions functions,
            String name,
            String overload,
            CelFunctionOverload.Binary<Quantity, Quantity> function) {
        functions.member(
                name,
                overload,
                QUANTITY,
                List.of(QUANTITY, INT),
                Quantity.class,
                Long.class,
                (quantity, number) -> function.apply(quantity, Quantity.of(number)));
    }
}
