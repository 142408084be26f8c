package io.flotilla.scheduler;

/** The scheduler's process: {@link SchedulerCommand} has its flags, {@link SchedulerFactory} what it is made of. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(SchedulerCommand.run(args));
    }
}
