package io.flotilla.deploy.plan;

/**
 * The addresses of one lab within 127/8, all of which Linux answers on. Each lab has four second octets of its own, so that
 * labs run side by side: nodes, pods, services, and the pods of further nodes.
 *
 * @param number which of the blocks, from 0 to {@link #COUNT} - 1
 */
public record Blocks(int number) {
    public static final int COUNT = 60;

    /** Ports of a lab: below the ephemeral ones of Linux and below those of NodePort services. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 160;
    private static final int ROOMY_NODES = 16;

    public Blocks {
        if (number < 0 || number >= COUNT) {
            throw new IllegalArgumentException("no address block " + number);
        }
    }

    public String nodeAddress(int node) {
        return "127." + first() + ".0." + node;
    }

    /** The first nodes have room for some thousand pods each, as simulations want; the others for 254. */
    public String podCidr(int node) {
        return node < ROOMY_NODES
                ? "127." + (first() + 1) + "." + node * 16 + ".0/20"
                : "127." + (first() + 3) + "." + node + ".0/24";
    }

    public String serviceCidr() {
        return "127." + (first() + 2) + ".0.0/16";
    }

    /** The address of service {@code kubernetes}. */
    public String firstServiceAddress() {
        return "127." + (first() + 2) + ".0.1";
    }

    public int firstPort() {
        return FIRST_PORT + number * PORTS;
    }

    private int first() {
        return 10 + 4 * number;
    }
}
