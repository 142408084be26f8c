package io.flotilla.deploy.plan;

import java.util.List;

/** How long leases of leaders last: {@code fast} for a lab in which leaders are killed, {@code upstream} as in Kubernetes. */
public enum Profile {
    FAST("3s", "2s", "500ms"),
    UPSTREAM("15s", "10s", "2s");

    private final String lease;
    private final String renew;
    private final String retry;

    Profile(String lease, String renew, String retry) {
        this.lease = lease;
        this.renew = renew;
        this.retry = retry;
    }

    public List<String> electionFlags() {
        return List.of(
                "--leader-elect-lease-duration=" + lease,
                "--leader-elect-renew-deadline=" + renew,
                "--leader-elect-retry-period=" + retry);
    }
}
