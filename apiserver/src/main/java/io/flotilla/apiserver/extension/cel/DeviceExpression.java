package io.flotilla.apiserver.extension.cel;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.compiler.CelCompiler;
import io.flotilla.apiserver.extension.cel.cost.Estimate;
import io.flotilla.apiserver.extension.cel.cost.Extent;
import io.flotilla.apiserver.extension.cel.library.Quantities;
import java.util.Map;
import java.util.Optional;

/** An expression that selects devices (KEP-4381): what it knows of one is the variable {@code device}. */
public final class DeviceExpression {
    /** What an expression may cost at most. */
    private static final long MOST_COST = 1_000_000;

    private static final String DEVICE = "device";
    private static final long MAX_ENTRIES = 32;
    private static final long MAX_VALUE = 64;
    private static final long MAX_DRIVER = 63;

    private static final Map<String, CelType> FIELDS = Map.of(
            "driver",
            SimpleType.STRING,
            "allowMultipleAllocations",
            SimpleType.BOOL,
            "attributes",
            byDomain(SimpleType.ANY),
            "capacity",
            byDomain(Quantities.QUANTITY));
    private static final StructType TYPE = StructType.create(
            "kubernetes.DRADevice",
            ImmutableSet.copyOf(FIELDS.keySet()),
            name -> Optional.ofNullable(FIELDS.get(name)));
    private static final CelCompiler COMPILER = Expressions.compiler(DEVICE, TYPE);
    private static final Extent EXTENT = new Extent(
            0,
            0,
            Map.of(
                    "driver", sized(MAX_DRIVER),
                    "allowMultipleAllocations", sized(0),
                    "attributes", extentByDomain(sized(MAX_VALUE)),
                    "capacity", extentByDomain(sized(0))),
            null);

    private final long cost;

    private DeviceExpression(long cost) {
        this.cost = cost;
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException it is none that is true or false; the message tells why
     */
    public static DeviceExpression of(String text) {
        Expressions.Compiled compiled;
        try {
            compiled = Expressions.compile(COMPILER, text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("compilation failed: " + e.getMessage(), e);
        }
        CelKind result = compiled.result().kind();
        if (result != CelKind.BOOL && result != CelKind.ANY) {
            throw new IllegalArgumentException(
                    "must evaluate to bool or the unknown type, not " + CelTypes.format(compiled.result()));
        }
        return new DeviceExpression(Estimate.of(compiled.tree(), Map.of(DEVICE, EXTENT)));
    }

    /** Whether the expression may cost more than is granted to it, for some device. */
    public boolean isTooComplex() {
        return cost > MOST_COST;
    }

    private static CelType byDomain(CelType value) {
        return MapType.create(SimpleType.STRING, MapType.create(SimpleType.STRING, value));
    }

    private static Extent extentByDomain(Extent value) {
        Extent byName = new Extent(MAX_ENTRIES, 0, Map.of(), value);
        return new Extent(MAX_ENTRIES, 0, Map.of(), byName);
    }

    private static Extent sized(long largest) {
        return new Extent(largest, 0, Map.of(), null);
    }
}
