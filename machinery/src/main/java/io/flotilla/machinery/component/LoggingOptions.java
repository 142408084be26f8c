package io.flotilla.machinery.component;

import picocli.CommandLine.Option;

/** The logging flags that every component has. */
public final class LoggingOptions {
    /** How log lines are written. */
    public enum Format {
        text,
        json
    }

    @Option(
            names = "--logging-format",
            defaultValue = "text",
            paramLabel = "FORMAT",
            description = "Log format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.text;

    @Option(
            names = {"-v", "--v"},
            defaultValue = "0",
            paramLabel = "LEVEL",
            description = "Log verbosity: 0 to 3 for operators, 4 and more for debugging (default: ${DEFAULT-VALUE}).")
    private int verbosity;

    Format format() {
        return format;
    }

    int verbosity() {
        return verbosity;
    }
}
