package io.flotilla.deploy.plan;

/** The kinds of process that make up a lab, in the order in which they are started. */
public enum Kind {
    ETCD("etcd", 0),
    API_SERVER("apiserver", 4),
    BALANCER("balancer", 0),
    CONTROLLER_MANAGER("controller-manager", 4),
    SCHEDULER("scheduler", 4),
    AGENT("agent", 8),
    PROXY("proxy", 8);

    private final String word;
    private final int niceness;

    Kind(String word, int niceness) {
        this.word = word;
        this.niceness = niceness;
    }

    /**
     * How far it stands back where processors are short, 0 to 19 as {@code nice} has it. In a lab all share one machine:
     * nodes that are busy must not keep the control plane from renewing its leases, nor anyone etcd.
     */
    public int niceness() {
        return niceness;
    }

    /** The word for it in names and output. */
    public String word() {
        return word;
    }

    /** The name of the n-th process of this kind, counted from one. */
    public String name(int number) {
        return word + "-" + number;
    }
}
