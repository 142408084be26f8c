package io.flotilla.scheduler.object;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A toleration of a pod.
 *
 * @param key empty for every key
 * @param any whether the operator is Exists
 * @param effect none for every effect
 */
public record Toleration(String key, boolean any, String value, Taint.@Nullable Effect effect) {

    static Toleration of(PodDocument.TolerationField field) {
        String effect = field.effect();
        return new Toleration(
                field.key() == null ? "" : field.key(),
                "Exists".equals(field.operator()),
                field.value() == null ? "" : field.value(),
                effect == null || effect.isEmpty() ? null : Taint.Effect.of(effect));
    }

    public boolean tolerates(Taint taint) {
        if (effect != null && effect != taint.effect()) {
            return false;
        }
        if (!key.isEmpty() && !key.equals(taint.key())) {
            return false;
        }
        return any || value.equals(taint.value());
    }

    /** Says whether one of the tolerations tolerates the taint. */
    public static boolean tolerated(List<Toleration> tolerations, Taint taint) {
        for (int i = 0; i < tolerations.size(); i++) {
            if (tolerations.get(i).tolerates(taint)) {
                return true;
            }
        }
        return false;
    }
}
