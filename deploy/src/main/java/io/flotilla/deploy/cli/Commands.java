package io.flotilla.deploy.cli;

import io.flotilla.deploy.plan.LabException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All commands that run in Java; the launcher itself runs those that need no JVM. */
@Command(
        name = "flotilla",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            ProcessCommand.Kill.class,
            ProcessCommand.Stop.class,
            ProcessCommand.Start.class,
            ProcessCommand.Restart.class,
            ProcessCommand.Pause.class,
            ProcessCommand.Resume.class,
            VersionCommand.class,
            TrainCommand.class,
            BenchCommand.class
        })
public final class Commands {
    private Commands() {}

    /** Runs one command; returns the exit code: 0 done, 1 failed, 2 not understood. */
    public static int execute(String... arguments) {
        var line = new CommandLine(new Commands());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        for (var command : line.getSubcommands().values()) {
            command.getCommandSpec().mixinStandardHelpOptions(true);
        }
        line.setParameterExceptionHandler((e, _) -> {
            System.err.println(sentence(e.getMessage()) + " See ./flotilla "
                    + (e.getCommandLine().getParent() == null
                            ? ""
                            : e.getCommandLine().getCommandName() + " ")
                    + "--help.");
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((e, _, _) -> {
            if (e instanceof LabException) {
                System.err.println("error: " + sentence(e.getMessage()));
            } else {
                System.err.println("error: " + sentence(e.toString()));
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line.execute(arguments);
    }

    private static String sentence(@Nullable String text) {
        var known = text == null ? "Something failed without saying what" : text.strip();
        return known.endsWith(".") ? known : known + ".";
    }
}
