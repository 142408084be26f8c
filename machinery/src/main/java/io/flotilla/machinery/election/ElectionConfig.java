package io.flotilla.machinery.election;

import java.time.Duration;

/**
 * How a process competes for a Lease.
 *
 * @param namespace namespace of the Lease
 * @param name name of the Lease
 * @param identity holderIdentity of this process, unique among the candidates
 * @param leaseDuration time after which a lease that has not been seen to change may be taken over
 * @param renewDeadline time a leader keeps trying to renew before it gives up
 * @param retryPeriod time between two attempts
 */
public record ElectionConfig(
        String namespace,
        String name,
        String identity,
        Duration leaseDuration,
        Duration renewDeadline,
        Duration retryPeriod) {

    public ElectionConfig {
        if (leaseDuration.compareTo(renewDeadline) <= 0) {
            throw new IllegalArgumentException(
                    "--leader-elect-lease-duration must be longer than --leader-elect-renew-deadline");
        }
        if (renewDeadline.compareTo(retryPeriod) <= 0) {
            throw new IllegalArgumentException(
                    "--leader-elect-renew-deadline must be longer than --leader-elect-retry-period");
        }
        if (leaseDuration.toSeconds() < 1) {
            throw new IllegalArgumentException("--leader-elect-lease-duration must be at least one second");
        }
    }
}
