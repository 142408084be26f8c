package io.flotilla.apiserver.extension.cel.library;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** What lists as a whole can be asked. */
final class Lists {
    private static final CelType ELEMENT = TypeParamType.create("T");

    private Lists() {}

    @SuppressWarnings("rawtypes") // the library hands over lists without the types of their elements
    static void addTo(Functions functions) {
        comparable().forEach((name, type) -> {
            ListType list = ListType.create(type);
            String prefix = "list_" + name;
            functions.member(
                    "isSorted", prefix + "_is_sorted_bool", SimpleType.BOOL, list, List.class, Lists::isSorted);
            functions.member("min", prefix + "_min_" + name, type, list, List.class, each -> extreme(each, "min", -1));
            functions.member("max", prefix + "_max_" + name, type, list, List.class, each -> extreme(each, "max", 1));
        });
        sum(functions, "int", SimpleType.INT, 0L, (a, b) -> add((Long) a, (Long) b));
        sum(functions, "uint", SimpleType.UINT, UnsignedLong.ZERO, (a, b) -> ((UnsignedLong) a).plus((UnsignedLong) b));
        sum(functions, "double", SimpleType.DOUBLE, 0.0, (a, b) -> (Double) a + (Double) b);
        sum(functions, "duration", SimpleType.DURATION, Duration.ZERO, (a, b) -> ((Duration) a).plus((Duration) b));
        List<CelType> listAndElement = List.of(ListType.create(ELEMENT), ELEMENT);
        functions.member(
                "indexOf",
                "list_a_index_of_int",
                SimpleType.INT,
                listAndElement,
                List.class,
                Object.class,
                (list, element) -> (long) list.indexOf(element));
        functions.member(
                "lastIndexOf",
                "list_a_last_index_of_int",
                SimpleType.INT,
                listAndElement,
                List.class,
                Object.class,
                (list, element) -> (long) list.lastIndexOf(element));
    }

    private static Map<String, CelType> comparable() {
        Map<String, CelType> types = new LinkedHashMap<>();
        types.put("int", SimpleType.INT);
        types.put("uint", SimpleType.UINT);
        types.put("double", SimpleType.DOUBLE);
        types.put("bool", SimpleType.BOOL);
        types.put("duration", SimpleType.DURATION);
        types.put("timestamp", SimpleType.TIMESTAMP);
        types.put("string", SimpleType.STRING);
        types.put("bytes", SimpleType.BYTES);
        return types;
    }

    private static boolean isSorted(List<?> list) {
        for (int i = 1; i < list.size(); i++) {
            if (compare(list.get(i - 1), list.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static Object extreme(List<?> list, String name, int sign) {
        if (list.isEmpty()) {
            throw new FunctionException(name + " called on empty list");
        }
        Object best = list.getFirst();
        for (Object each : list) {
            if (compare(each, best) * sign > 0) {
                best = each;
            }
        }
        return best;
    }

    @SuppressWarnings({"rawtypes", "Immutable"}) // as above; numbers and additions are
    private static void sum(
            Functions functions, String name, CelType type, Object zero, BinaryOperator<Object> addition) {
        functions.member(
                "sum", "list_" + name + "_sum_" + name, type, ListType.create(type), List.class, (List list) -> {
                    Object total = zero;
                    for (Object each : list) {
                        total = addition.apply(total, each);
                    }
                    return total;
                });
    }

    private static Long add(long a, long b) {
        try {
            return Math.addExact(a, b);
        } catch (ArithmeticException _) {
            throw new FunctionException("integer overflow");
        }
    }

    @SuppressWarnings("unchecked") // elements of one list are of one type, which the checker has seen to
    private static int compare(Object a, Object b) {
        if (a instanceof Comparable<?> && a.getClass() == b.getClass()) {
            return ((Comparable<Object>) a).compareTo(b);
        }
        throw new FunctionException("no such overload");
    }
}
