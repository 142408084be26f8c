package io.flotilla.deploy.cli;

import io.flotilla.deploy.supervisor.Control.Verb;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The commands that do one thing to one or more processes. */
abstract class ProcessCommand implements Callable<Integer> {
    private final Verb verb;
    private final String done;

    @Mixin
    private LabDirectory lab = new LabDirectory();

    @Parameters(arity = "1..*", paramLabel = "PROCESS", description = "As ./flotilla status names them.")
    private List<String> processes = List.of();

    ProcessCommand(Verb verb, String done) {
        this.verb = verb;
        this.done = done;
    }

    @Override
    public Integer call() {
        for (var process : processes) {
            lab.command(verb, process, step -> {});
            System.out.println(process + " " + done);
        }
        return 0;
    }

    @Command(name = "kill", description = "Kill processes (SIGKILL); they stay dead until started.")
    static final class Kill extends ProcessCommand {
        Kill() {
            super(Verb.KILL, "killed");
        }
    }

    @Command(name = "stop", description = "Stop processes (SIGTERM); they stay stopped until started.")
    static final class Stop extends ProcessCommand {
        Stop() {
            super(Verb.STOP, "stopped");
        }
    }

    @Command(name = "start", description = "Start processes that were killed or stopped.")
    static final class Start extends ProcessCommand {
        Start() {
            super(Verb.START, "started");
        }
    }

    @Command(name = "restart", description = "Stop processes (SIGTERM) and start them again.")
    static final class Restart extends ProcessCommand {
        Restart() {
            super(Verb.RESTART, "restarted");
        }
    }

    @Command(name = "pause", description = "Freeze processes (SIGSTOP).")
    static final class Pause extends ProcessCommand {
        Pause() {
            super(Verb.PAUSE, "paused");
        }
    }

    @Command(name = "resume", description = "Let paused processes go on (SIGCONT).")
    static final class Resume extends ProcessCommand {
        Resume() {
            super(Verb.RESUME, "goes on");
        }
    }
}
