package io.flotilla.scheduler.object;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code NodeSelectorTerm}: a node matches if it meets every requirement. A term without any matches no node.
 *
 * @param labels requirements on the node's labels
 * @param fields requirements on its fields, of which there is one: {@code metadata.name}
 */
public record NodeTerm(List<Requirement> labels, List<Requirement> fields) {
    private static final String NAME = "metadata.name";

    static NodeTerm of(PodDocument.Term term) {
        return new NodeTerm(Requirement.all(term.matchExpressions()), Requirement.all(term.matchFields()));
    }

    public boolean matches(NodeFacts node) {
        if (labels.isEmpty() && fields.isEmpty()) {
            return false;
        }
        for (int i = 0; i < labels.size(); i++) {
            if (!labels.get(i).matches(node.labels())) {
                return false;
            }
        }
        for (int i = 0; i < fields.size(); i++) {
            Requirement field = fields.get(i);
            if (!field.key().equals(NAME) || !field.matches(node.name())) {
                return false;
            }
        }
        return true;
    }

    /** Returns the only nodes that can match, where the term names them. */
    public Optional<Set<String>> names() {
        Set<String> names = null;
        for (Requirement field : fields) {
            if (field.key().equals(NAME) && field.operator() == Requirement.Operator.IN) {
                if (names == null) {
                    names = new HashSet<>(field.values());
                } else {
                    names.retainAll(field.values());
                }
            }
        }
        return Optional.ofNullable(names);
    }
}
