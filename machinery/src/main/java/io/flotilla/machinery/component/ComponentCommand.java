package io.flotilla.machinery.component;

import io.micronaut.context.ApplicationContext;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * A process of the cluster: parses its flags, builds its Micronaut context, starts the {@link Lifecycle} that the
 * context's factory makes, and runs until SIGTERM. The command itself is a bean of the context, so factories read the
 * flags from it.
 *
 * <p>Exit codes: 0 for {@code --help}, 1 where the process could not start, 2 for a wrong command line, 143 after
 * SIGTERM. Whatever goes wrong is told in one sentence on standard error.
 */
@Command(mixinStandardHelpOptions = true)
public abstract class ComponentCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ComponentCommand.class);

    @Mixin
    private LoggingOptions logging = new LoggingOptions();

    /** Runs the command; returns the exit code. */
    protected static int run(ComponentCommand command, String... args) {
        CommandLine line = new CommandLine(command);
        line.registerConverter(java.time.Duration.class, Durations::parse);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.getCommandSpec().version("Flotilla, Kubernetes " + FlotillaVersion.GIT_VERSION);
        line.setParameterExceptionHandler((e, _) -> {
            System.err.println("error: " + e.getMessage() + "\nSee '"
                    + e.getCommandLine().getCommandName() + " --help' for usage.");
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((e, _, _) -> {
            LOG.debug("The process failed", e);
            System.err.println("error: " + sentence(e));
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line.execute(args);
    }

    @Override
    public final Integer call() throws Exception {
        Logging.configure(logging);
        CountDownLatch stopped = new CountDownLatch(1);
        try (HeapKeeper _ = HeapKeeper.start();
                ApplicationContext context = ApplicationContext.builder()
                        .deduceEnvironment(false)
                        .bootstrapEnvironment(false)
                        .banner(false)
                        .singletons(this)
                        .start()) {
            Lifecycle lifecycle = context.getBean(Lifecycle.class);
            Thread hook = Thread.ofPlatform().name("shutdown").unstarted(() -> {
                LOG.info("Stopping");
                lifecycle.close();
                stopped.countDown();
            });
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                lifecycle.start();
            } catch (Exception e) {
                lifecycle.close();
                Runtime.getRuntime().removeShutdownHook(hook);
                throw e;
            }
            stopped.await();
        }
        return 0;
    }

    private static String sentence(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof io.micronaut.context.exceptions.BeanContextException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
