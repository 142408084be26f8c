package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who changes one object, in passes over all of them. In the first everyone is due; in a later one those who were noted and
 * after whom somebody else has changed the object.
 *
 * @param <K> tells one from another, in every pass
 */
public final class Reinvocation<K> {
    private final Set<K> again = new HashSet<>();
    private final Set<K> noted = new HashSet<>();
    private @Nullable ObjectNode last;
    private boolean first = true;

    /** Begins a pass; the object may have been changed since the last one. */
    public void begin(ObjectNode object) {
        first = last == null;
        if (!first && !object.equals(last)) {
            changed();
        }
    }

    public boolean isDue(K who) {
        return first || again.contains(who);
    }

    /** Has seen the object, and wants to see it again if others change it. */
    public void note(K who) {
        noted.add(who);
    }

    /** The object has been changed. */
    public void changed() {
        again.addAll(noted);
        noted.clear();
    }

    /** Ends a pass. */
    public void end(ObjectNode object) {
        last = object.deepCopy();
    }
}
