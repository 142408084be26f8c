package io.flotilla.deploy.plan;

/** How many processes of each kind a lab has; a node is an agent and a proxy. */
public record Size(int etcd, int apiservers, int schedulers, int controllerManagers, int nodes) {
    public static final Size DEFAULT = new Size(3, 3, 2, 2, 3);

    private static final int MOST_NODES = 250;

    public Size {
        if (etcd != 1 && etcd != 3 && etcd != 5) {
            throw new LabException("--etcd takes 1, 3 or 5 members, not " + etcd + ".");
        }
        atLeast("--apiservers", apiservers, 1, 9);
        atLeast("--schedulers", schedulers, 0, 9);
        atLeast("--controller-managers", controllerManagers, 0, 9);
        atLeast("--nodes", nodes, 0, MOST_NODES);
    }

    public int of(Kind kind) {
        return switch (kind) {
            case ETCD -> etcd;
            case API_SERVER -> apiservers;
            case BALANCER -> 1;
            case SCHEDULER -> schedulers;
            case CONTROLLER_MANAGER -> controllerManagers;
            case AGENT, PROXY -> nodes;
        };
    }

    private static void atLeast(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new LabException(option + " takes " + least + " to " + most + ", not " + value + ".");
        }
    }
}
