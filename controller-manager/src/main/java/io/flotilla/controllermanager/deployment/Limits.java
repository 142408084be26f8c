package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import io.flotilla.controllermanager.controller.Counts;
import org.jspecify.annotations.Nullable;

/**
 * How far a rollout may stray from the size asked for. Percentages are of the size: the surge is rounded up, what may be
 * unavailable down; where both come to nothing one pod may be unavailable, or no rollout could move.
 *
 * @param maxSurge pods above the size
 * @param maxUnavailable pods below it
 */
record Limits(int maxSurge, int maxUnavailable) {
    private static final Limits NONE = new Limits(0, 0);

    static Limits of(Deployment deployment) {
        if (!isRollingUpdate(deployment)) {
            return NONE;
        }
        int size = Counts.orZero(deployment.getSpec().getReplicas());
        RollingUpdateDeployment strategy = deployment.getSpec().getStrategy().getRollingUpdate();
        int surge = scaled(strategy == null ? null : strategy.getMaxSurge(), size, true);
        int unavailable = scaled(strategy == null ? null : strategy.getMaxUnavailable(), size, false);
        if (surge == 0 && unavailable == 0) {
            unavailable = 1;
        }
        return new Limits(surge, Math.min(unavailable, size));
    }

    static boolean isRollingUpdate(Deployment deployment) {
        return deployment.getSpec().getStrategy() != null
                && "RollingUpdate".equals(deployment.getSpec().getStrategy().getType());
    }

    private static int scaled(@Nullable IntOrString value, int total, boolean up) {
        if (value == null) {
            return 0;
        }
        if (value.getIntVal() != null) {
            return value.getIntVal();
        }
        String text = value.getStrVal();
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException(
                    "invalid value for IntOrString: invalid type: string is not a percentage");
        }
        int percent = Integer.parseInt(text.substring(0, text.length() - 1));
        return up ? Math.ceilDiv(percent * total, 100) : Math.floorDiv(percent * total, 100);
    }
}
