package io.flotilla.controllermanager;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which controllers run: {@code *} stands for all that run by default, {@code foo} switches one on, {@code -foo} off. What
 * is named first counts.
 */
final class ControllerSelection {
    private final Set<String> on = new LinkedHashSet<>();
    private final Set<String> off = new LinkedHashSet<>();
    private boolean star;

    /** Fails where a name is none of the known ones. */
    ControllerSelection(List<String> words, Set<String> known) {
        for (String word : words) {
            String name = word.startsWith("-") ? word.substring(1) : word;
            if (word.equals("*")) {
                star = true;
            } else if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "--controllers: \"" + word + "\" is not in the list of known controllers");
            } else if (word.startsWith("-")) {
                if (!on.contains(name)) {
                    off.add(name);
                }
            } else if (!off.contains(name)) {
                on.add(name);
            }
        }
    }

    boolean includes(String name) {
        return on.contains(name) || (star && !off.contains(name));
    }
}
