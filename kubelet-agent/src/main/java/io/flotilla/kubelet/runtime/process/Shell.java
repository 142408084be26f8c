package io.flotilla.kubelet.runtime.process;

import java.util.Collection;
import java.util.stream.Collectors;

/** Words of a POSIX shell. */
final class Shell {

    private Shell() {}

    /** Quotes a word so that the shell takes it as it is. */
    static String quote(String word) {
        if (word.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a zero byte cannot be passed to a program");
        }
        return "'" + word.replace("'", "'\\''") + "'";
    }

    static String quote(Collection<String> words) {
        return words.stream().map(Shell::quote).collect(Collectors.joining(" "));
    }
}
