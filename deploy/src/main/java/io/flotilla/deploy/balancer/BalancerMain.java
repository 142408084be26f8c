package io.flotilla.deploy.balancer;

import io.flotilla.deploy.pki.Trust;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The balancer's process: one address in front of every API server. Reads its three options by itself: a library for that would
 * be half of what it loads.
 */
public final class BalancerMain {
    private static final String LISTEN = "--listen";
    private static final String BACKENDS = "--backends";
    private static final String AUTHORITY = "--certificate-authority";
    private static final List<String> OPTIONS = List.of(LISTEN, BACKENDS, AUTHORITY);

    private BalancerMain() {}

    public static void main(String[] arguments) {
        // Netty would else start a logging framework for a handful of lines.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        try {
            start(options(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage());
            System.exit(2);
        } catch (GeneralSecurityException | IOException | InterruptedException e) {
            System.err.println("error: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void start(Map<String, String> options)
            throws GeneralSecurityException, IOException, InterruptedException {
        var backends = Stream.of(options.getOrDefault(BACKENDS, "").split(","))
                .map(BalancerMain::address)
                .toList();
        var authority = Path.of(options.getOrDefault(AUTHORITY, ""));
        var balancer = new Balancer(backends, Trust.anonymous(authority), System.out, System::nanoTime);
        balancer.start(address(options.getOrDefault(LISTEN, "")));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(balancer::close));
    }

    private static Map<String, String> options(String[] arguments) {
        var options = new HashMap<String, String>();
        for (var argument : arguments) {
            var parts = argument.split("=", 2);
            if (!OPTIONS.contains(parts[0]) || parts.length < 2) {
                throw new IllegalArgumentException("'" + argument + "' is not understood; the balancer takes "
                        + String.join("=..., ", OPTIONS) + "=...");
            }
            options.put(parts[0], parts[1]);
        }
        for (var option : OPTIONS) {
            if (!options.containsKey(option)) {
                throw new IllegalArgumentException("the balancer needs " + option);
            }
        }
        return options;
    }

    private static InetSocketAddress address(String hostAndPort) {
        var colon = hostAndPort.lastIndexOf(':');
        if (colon < 0 || !hostAndPort.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException("'" + hostAndPort + "' is not of the form HOST:PORT");
        }
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }
}
