package io.flotilla.controllermanager.nodelifecycle;

import io.flotilla.controllermanager.controller.ControllerSettings;

/** How much of a zone is down: with too much, the trouble is more likely ours than the nodes'. */
enum ZoneState {
    NORMAL,
    PARTIAL_DISRUPTION,
    FULL_DISRUPTION;

    static ZoneState of(int ready, int notReady, ControllerSettings settings) {
        if (ready == 0 && notReady > 0) {
            return FULL_DISRUPTION;
        }
        boolean partial = notReady > 2 && (double) notReady / (notReady + ready) >= settings.unhealthyZoneThreshold();
        return partial ? PARTIAL_DISRUPTION : NORMAL;
    }

    /** Returns how many nodes a second may be tainted NoExecute in a zone of this many nodes. */
    double evictionRate(int nodes, ControllerSettings settings) {
        return switch (this) {
            case NORMAL, FULL_DISRUPTION -> settings.nodeEvictionRate();
            case PARTIAL_DISRUPTION ->
                nodes > settings.largeClusterSizeThreshold() ? settings.secondaryNodeEvictionRate() : 0;
        };
    }
}
