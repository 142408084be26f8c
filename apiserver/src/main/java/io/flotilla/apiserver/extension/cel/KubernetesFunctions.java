package io.flotilla.apiserver.extension.cel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.registry.validation.Quantity;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/** Functions that Kubernetes adds to CEL: regular expressions, lists, quantities, addresses and URLs. */
final class KubernetesFunctions {
    private static final CelType STRING = SimpleType.STRING;
    private static final CelType BOOL = SimpleType.BOOL;
    private static final CelType INT = SimpleType.INT;
    private static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
    private static final CelType ELEMENT = TypeParamType.create("T");
    private static final CelType LIST = ListType.create(ELEMENT);

    private final List<CelFunctionDecl> declarations = new ArrayList<>();
    private final List<CelFunctionBinding> bindings = new ArrayList<>();

    private KubernetesFunctions() {
        patterns();
        lists();
        quantities();
        checks();
    }

    static List<CelFunctionDecl> declarations() {
        return new KubernetesFunctions().declarations;
    }

    static List<CelFunctionBinding> bindings() {
        return new KubernetesFunctions().bindings;
    }

    private void declare(String name, CelOverloadDecl... overloads) {
        declarations.add(CelFunctionDecl.newFunctionDeclaration(name, overloads));
    }

    private <T> void unary(String overload, Class<T> type, CelFunctionOverload.Unary<T> function) {
        bindings.add(CelFunctionBinding.from(overload, type, function));
    }

    private <A, B> void binary(
            String overload, Class<A> first, Class<B> second, CelFunctionOverload.Binary<A, B> function) {
        bindings.add(CelFunctionBinding.from(overload, first, second, function));
    }

    private void patterns() {
        declare("find", CelOverloadDecl.newMemberOverload("string_find_string", STRING, STRING, STRING));
        binary("string_find_string", String.class, String.class, (text, pattern) -> {
            Matcher matcher = Pattern.compile(pattern).matcher(text);
            return matcher.find() ? matcher.group() : "";
        });
        declare(
                "findAll",
                CelOverloadDecl.newMemberOverload("string_find_all_string", ListType.create(STRING), STRING, STRING));
        binary("string_find_all_string", String.class, String.class, (text, pattern) -> {
            List<Object> found = new ArrayList<>();
            Matcher matcher = Pattern.compile(pattern).matcher(text);
            while (matcher.find()) {
                found.add(matcher.group());
            }
            return found;
        });
    }

    @SuppressWarnings("rawtypes") // the library hands over lists without the types of their elements
    private void lists() {
        declare("isSorted", CelOverloadDecl.newMemberOverload("list_is_sorted", BOOL, LIST));
        unary("list_is_sorted", List.class, list -> {
            for (int i = 1; i < list.size(); i++) {
                if (compare(list.get(i - 1), list.get(i)) > 0) {
                    return false;
                }
            }
            return true;
        });
        declare("min", CelOverloadDecl.newMemberOverload("list_min", ELEMENT, LIST));
        unary("list_min", List.class, list -> extreme(list, "min", -1));
        declare("max", CelOverloadDecl.newMemberOverload("list_max", ELEMENT, LIST));
        unary("list_max", List.class, list -> extreme(list, "max", 1));
        declare("sum", CelOverloadDecl.newMemberOverload("list_sum", ELEMENT, LIST));
        unary("list_sum", List.class, KubernetesFunctions::sum);
    }

    private static Object extreme(List<?> list, String name, int sign) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException(name + " called on empty list");
        }
        Object best = list.getFirst();
        for (Object each : list) {
            if (compare(each, best) * sign > 0) {
                best = each;
            }
        }
        return best;
    }

    private static Object sum(List<?> list) {
        boolean whole = list.stream().allMatch(Long.class::isInstance);
        return whole
                ? (Object) list.stream().mapToLong(each -> (Long) each).reduce(0, Math::addExact)
                : (Object) list.stream()
                        .mapToDouble(each -> ((Number) each).doubleValue())
                        .sum();
    }

    @SuppressWarnings("unchecked") // elements of one list are of one type, which the checker has seen to
    private static int compare(Object a, Object b) {
        return ((Comparable<Object>) a).compareTo(b);
    }

    private void quantities() {
        declare("quantity", CelOverloadDecl.newGlobalOverload("string_to_quantity", QUANTITY, STRING));
        unary("string_to_quantity", String.class, Quantity::parse);
        declare("isQuantity", CelOverloadDecl.newGlobalOverload("is_quantity_string", BOOL, STRING));
        unary("is_quantity_string", String.class, text -> Quantity.tryParse(text) != null);
        comparison("isGreaterThan", "quantity_is_greater_than", BOOL, (a, b) -> a.compareTo(b) > 0);
        comparison("isLessThan", "quantity_is_less_than", BOOL, (a, b) -> a.compareTo(b) < 0);
        comparison("compareTo", "quantity_compare_to", INT, (a, b) -> (long) Integer.signum(a.compareTo(b)));
        comparison("add", "quantity_add", QUANTITY, Quantity::plus);
        comparison("sub", "quantity_sub", QUANTITY, Quantity::minus);
        declare("sign", CelOverloadDecl.newMemberOverload("quantity_sign", INT, QUANTITY));
        unary("quantity_sign", Quantity.class, quantity -> (long) quantity.signum());
        declare("isInteger", CelOverloadDecl.newMemberOverload("quantity_is_integer", BOOL, QUANTITY));
        unary("quantity_is_integer", Quantity.class, Quantity::isInteger);
        declare("asInteger", CelOverloadDecl.newMemberOverload("quantity_as_integer", INT, QUANTITY));
        unary("quantity_as_integer", Quantity.class, Quantity::value);
        declare(
                "asApproximateFloat",
                CelOverloadDecl.newMemberOverload("quantity_as_float", SimpleType.DOUBLE, QUANTITY));
        unary("quantity_as_float", Quantity.class, quantity -> quantity.amount().doubleValue());
    }

    private void comparison(
            String name, String overload, CelType result, CelFunctionOverload.Binary<Quantity, Quantity> function) {
        declare(name, CelOverloadDecl.newMemberOverload(overload, result, QUANTITY, QUANTITY));
        binary(overload, Quantity.class, Quantity.class, function);
    }

    private void checks() {
        declare("isIP", CelOverloadDecl.newGlobalOverload("is_ip", BOOL, STRING));
        unary("is_ip", String.class, text -> Addresses.tryParse(text) != null);
        declare("isCIDR", CelOverloadDecl.newGlobalOverload("is_cidr", BOOL, STRING));
        unary("is_cidr", String.class, text -> Block.tryParse(text) != null);
        declare("isURL", CelOverloadDecl.newGlobalOverload("is_url", BOOL, STRING));
        unary("is_url", String.class, KubernetesFunctions::isUrl);
    }

    private static boolean isUrl(String text) {
        try {
            return new URI(text).isAbsolute() || text.startsWith("/");
        } catch (URISyntaxException _) {
            return false;
        }
    }
}
