package io.flotilla.deploy;

import io.flotilla.deploy.cli.Commands;

/** The lab's command line, behind the launcher {@code flotilla}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(Commands.execute(arguments));
    }
}
