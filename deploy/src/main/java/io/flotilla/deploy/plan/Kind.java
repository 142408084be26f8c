package io.flotilla.deploy.plan;

/** The kinds of process that make up a lab, in the order in which they are started. */
public enum Kind {
    ETCD("etcd"),
    API_SERVER("apiserver"),
    BALANCER("balancer"),
    CONTROLLER_MANAGER("controller-manager"),
    SCHEDULER("scheduler"),
    AGENT("agent"),
    PROXY("proxy");

    private final String word;

    Kind(String word) {
        this.word = word;
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
