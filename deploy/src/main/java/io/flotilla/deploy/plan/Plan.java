package io.flotilla.deploy.plan;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A lab as it was decided.
 *
 * @param version of this record's form
 * @param id random; marks every process of this lab in its environment, so that none is mistaken for another's
 * @param block number of its address block
 * @param ports port of each listener, by "process.listener"
 * @param restart whether a process that dies unasked is started again
 */
public record Plan(
        int version,
        String id,
        Size size,
        ContainerRuntime runtime,
        Profile profile,
        int block,
        Map<String, Integer> ports,
        boolean restart) {
    static final int VERSION = 1;

    public Plan {
        ports = Map.copyOf(ports);
    }

    public Blocks blocks() {
        return new Blocks(block);
    }

    public static String node(int number) {
        return "node-" + number;
    }

    /** The loopback address on which the control plane listens. */
    public static String controlPlaneAddress() {
        return "127.0.0.1";
    }

    /** Host and port of a listener. */
    public String address(Kind kind, int number, Listener listener) {
        return host(kind, number) + ":" + port(kind, number, listener);
    }

    public String host(Kind kind, int number) {
        return switch (kind) {
            case AGENT, PROXY -> blocks().nodeAddress(number);
            case ETCD, API_SERVER, BALANCER, CONTROLLER_MANAGER, SCHEDULER -> controlPlaneAddress();
        };
    }

    public int port(Kind kind, int number, Listener listener) {
        var port = ports.get(portKey(kind, number, listener));
        if (port == null) {
            throw new IllegalStateException("no port for " + portKey(kind, number, listener));
        }
        return port;
    }

    /** The addresses of that listener of every process of the kind. */
    public List<String> addresses(Kind kind, Listener listener) {
        return IntStream.rangeClosed(1, size.of(kind))
                .mapToObj(number -> address(kind, number, listener))
                .toList();
    }

    /** Every port that a process is to listen on. */
    public List<Integer> ports(Kind kind, int number) {
        return Listener.of(kind).stream()
                .map(listener -> port(kind, number, listener))
                .toList();
    }

    static String portKey(Kind kind, int number, Listener listener) {
        return kind.name(number) + "." + listener.word();
    }
}
