package io.flotilla.scheduler.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A pod's wishes to be near other pods and away from others. */
public record PodAffinity(
        List<Term> required, List<Term> requiredAnti, List<WeightedTerm> preferred, List<WeightedTerm> preferredAnti) {
    public static final PodAffinity NONE = new PodAffinity(List.of(), List.of(), List.of(), List.of());

    /**
     * The pods meant and the topology in which they are near.
     *
     * @param namespaces namespaces of the pods meant
     * @param everyNamespace whether pods of all namespaces are meant
     */
    public record Term(LabelQuery selector, Set<String> namespaces, boolean everyNamespace, String topologyKey) {
        public boolean matches(PodInfo pod) {
            return (everyNamespace || namespaces.contains(pod.namespace()))
                    && selector.matches(pod.spec().labels());
        }
    }

    /** A term that makes nodes better or worse, by its weight. */
    public record WeightedTerm(int weight, Term term) {}

    public boolean isEmpty() {
        return required.isEmpty() && requiredAnti.isEmpty() && preferred.isEmpty() && preferredAnti.isEmpty();
    }

    static PodAffinity of(
            PodDocument.@Nullable Affinity affinity, @Nullable String namespace, Map<String, String> labels) {
        if (affinity == null || (affinity.podAffinity() == null && affinity.podAntiAffinity() == null)) {
            return NONE;
        }
        String own = namespace == null ? "" : namespace;
        return new PodAffinity(
                required(affinity.podAffinity(), own, labels),
                required(affinity.podAntiAffinity(), own, labels),
                preferred(affinity.podAffinity(), own, labels),
                preferred(affinity.podAntiAffinity(), own, labels));
    }

    private static List<Term> required(
            PodDocument.@Nullable PodAffinity affinity, String own, Map<String, String> labels) {
        return affinity == null
                ? List.of()
                : PodSpec.list(affinity.requiredDuringSchedulingIgnoredDuringExecution()).stream()
                        .map(term -> term(term, own, labels))
                        .toList();
    }

    private static List<WeightedTerm> preferred(
            PodDocument.@Nullable PodAffinity affinity, String own, Map<String, String> labels) {
        List<WeightedTerm> terms = new ArrayList<>();
        if (affinity != null) {
            for (PodDocument.PreferredPods preferred :
                    PodSpec.list(affinity.preferredDuringSchedulingIgnoredDuringExecution())) {
                if (preferred.podAffinityTerm() != null) {
                    terms.add(new WeightedTerm(preferred.weight(), term(preferred.podAffinityTerm(), own, labels)));
                }
            }
        }
        return List.copyOf(terms);
    }

    private static Term term(PodDocument.AffinityTerm term, String own, Map<String, String> labels) {
        List<String> named = PodSpec.list(term.namespaces());
        boolean selects = term.namespaceSelector() != null;
        return new Term(
                LabelQuery.of(term.labelSelector(), term.matchLabelKeys(), term.mismatchLabelKeys(), labels),
                named.isEmpty() && !selects ? Set.of(own) : Set.copyOf(named),
                selects,
                term.topologyKey());
    }
}
