package io.flotilla.scheduler.object;

import io.flotilla.machinery.object.Quantities;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Amounts of resources.
 *
 * @param milliCpu thousandths of a CPU
 * @param memory bytes
 * @param ephemeralStorage bytes
 * @param extended everything else that is counted, in whole units, by name
 */
public record Resources(long milliCpu, long memory, long ephemeralStorage, Map<String, Long> extended) {
    public static final Resources ZERO = new Resources(0, 0, 0, Map.of());

    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    /** Reads a ResourceList. Names that the scheduler does not count, such as {@code pods}, are left out. */
    static Resources of(@Nullable Map<String, String> list) {
        if (list == null || list.isEmpty()) {
            return ZERO;
        }
        long milliCpu = 0;
        long memory = 0;
        long ephemeralStorage = 0;
        Map<String, Long> extended = new HashMap<>();
        for (Map.Entry<String, String> entry : list.entrySet()) {
            switch (entry.getKey()) {
                case "cpu" ->
                    milliCpu = whole(Quantities.parse(entry.getValue()).scaleByPowerOfTen(3));
                case "memory" -> memory = units(entry.getValue());
                case "ephemeral-storage" -> ephemeralStorage = units(entry.getValue());
                default -> {
                    if (isExtended(entry.getKey())) {
                        extended.put(entry.getKey(), units(entry.getValue()));
                    }
                }
            }
        }
        return new Resources(milliCpu, memory, ephemeralStorage, Map.copyOf(extended));
    }

    private static boolean isExtended(String name) {
        return name.indexOf('/') >= 0 || name.startsWith("hugepages-") || name.startsWith("attachable-volumes-");
    }

    static long units(String quantity) {
        return whole(Quantities.parse(quantity));
    }

    private static long whole(BigDecimal amount) {
        return amount.min(MAX).setScale(0, RoundingMode.CEILING).longValue();
    }

    public boolean isZero() {
        return milliCpu == 0 && memory == 0 && ephemeralStorage == 0 && extended.isEmpty();
    }

    public Resources plus(Resources other) {
        return combine(other, Long::sum);
    }

    public Resources minus(Resources other) {
        return combine(other, (a, b) -> a - b);
    }

    /** Returns the larger amount of each resource. */
    public Resources max(Resources other) {
        return combine(other, Math::max);
    }

    private Resources combine(Resources other, LongBinaryOperator operator) {
        return new Resources(
                operator.applyAsLong(milliCpu, other.milliCpu),
                operator.applyAsLong(memory, other.memory),
                operator.applyAsLong(ephemeralStorage, other.ephemeralStorage),
                extended.isEmpty() && other.extended.isEmpty() ? Map.of() : combined(other, operator));
    }

    private Map<String, Long> combined(Resources other, LongBinaryOperator operator) {
        Map<String, Long> sum = new HashMap<>();
        extended.forEach(
                (name, amount) -> sum.put(name, operator.applyAsLong(amount, other.extended.getOrDefault(name, 0L))));
        other.extended.forEach((name, amount) -> sum.putIfAbsent(name, operator.applyAsLong(0, amount)));
        return Map.copyOf(sum);
    }
}
