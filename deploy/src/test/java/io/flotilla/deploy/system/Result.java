package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** How a command ended and what it wrote. */
record Result(List<String> command, int exit, String output, String errors) {
    /** Its output, where it did what it was told. */
    String ok() {
        assertThat(exit)
                .as("exit code of %s%n%s%s", String.join(" ", command), output, errors)
                .isZero();
        return output;
    }

    /** What it complained of, where it failed. */
    String failed() {
        assertThat(exit)
                .as("exit code of %s%n%s%s", String.join(" ", command), output, errors)
                .isNotZero();
        assertThat(errors).doesNotContain("Exception", "\tat ");
        return errors;
    }

    /** Checks that it failed, and said why in one sentence which holds these. */
    void failedInOneSentence(String... parts) {
        assertThat(failed()).contains(parts);
        assertThat(errors.strip().lines()).hasSize(1);
    }

    boolean succeeded() {
        return exit == 0;
    }
}
