package io.flotilla.deploy.balancer;

import io.flotilla.deploy.pki.Trust;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The balancer's process: one address in front of every API server. */
@Command(
        name = "balancer",
        mixinStandardHelpOptions = true,
        description = "Spreads TCP connections over the API servers that are ready.")
public final class BalancerMain implements Callable<Integer> {
    @Option(names = "--listen", required = true, paramLabel = "HOST:PORT", description = "Where clients connect.")
    private String listen = "";

    @Option(
            names = "--backends",
            required = true,
            split = ",",
            paramLabel = "HOST:PORT",
            description = "HTTPS addresses of the API servers.")
    private List<String> backends = List.of();

    @Option(
            names = "--certificate-authority",
            required = true,
            paramLabel = "FILE",
            description = "Certifies the API servers, whose /readyz is asked.")
    private Path authority = Path.of("");

    private BalancerMain() {}

    public static void main(String[] arguments) {
        // Netty would else start a logging framework for a handful of lines.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        var exit = new CommandLine(new BalancerMain()).execute(arguments);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    @Override
    public Integer call() throws Exception {
        var addresses = backends.stream().map(BalancerMain::address).toList();
        var balancer = new Balancer(addresses, Trust.anonymous(authority), System.out);
        balancer.start(address(listen));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(balancer::close));
        return 0;
    }

    private static InetSocketAddress address(String hostAndPort) {
        var colon = hostAndPort.lastIndexOf(':');
        if (colon < 0 || !hostAndPort.substring(colon + 1).matches("\\d{1,5}")) {
            throw new CommandLine.TypeConversionException("'" + hostAndPort + "' is not of the form HOST:PORT");
        }
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }
}
