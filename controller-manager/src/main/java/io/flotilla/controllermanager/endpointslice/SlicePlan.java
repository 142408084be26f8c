package io.flotilla.controllermanager.endpointslice;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to bring slices of one address family to the endpoints wanted with few writes: what is right stays where it is,
 * what is new goes where something is written anyway, then where there is room, then into new slices; a slice that would
 * be deleted is used for what would need a new one.
 */
final class SlicePlan {
    /** A slice to be. */
    private static final class Draft {
        private final List<EndpointPort> ports;
        private final List<Endpoint> endpoints = new ArrayList<>();
        private @org.jspecify.annotations.Nullable EndpointSlice slice;
        private boolean changed;

        Draft(List<EndpointPort> ports) {
            this.ports = ports;
        }
    }

    /**
     * Content of a slice.
     *
     * @param ports ports of every endpoint in it
     * @param endpoints the endpoints
     */
    record Content(List<EndpointPort> ports, List<Endpoint> endpoints) {}

    final Map<EndpointSlice, Content> updates = new LinkedHashMap<>();
    final List<Content> creations = new ArrayList<>();
    final List<EndpointSlice> deletions = new ArrayList<>();

    /**
     * Makes the plan.
     *
     * @param wanted endpoints by their ports, by pod UID
     * @param existing the present slices
     * @param max endpoints that fit into a slice
     */
    static SlicePlan of(Map<List<EndpointPort>, Map<String, Endpoint>> wanted, List<EndpointSlice> existing, int max) {
        SlicePlan plan = new SlicePlan();
        List<Draft> drafts = new ArrayList<>();
        List<EndpointSlice> spare = new ArrayList<>();
        Map<List<EndpointPort>, List<Draft>> byPorts = new LinkedHashMap<>();
        for (EndpointSlice slice : existing) {
            Map<String, Endpoint> left = wanted.get(slice.getPorts());
            Draft draft = new Draft(slice.getPorts());
            if (left != null) {
                keep(slice, left, draft, max);
            }
            if (draft.endpoints.isEmpty()) {
                spare.add(slice);
            } else {
                draft.slice = slice;
                byPorts.computeIfAbsent(slice.getPorts(), _ -> new ArrayList<>())
                        .add(draft);
            }
        }
        wanted.forEach((ports, left) -> {
            List<Draft> group = byPorts.getOrDefault(ports, new ArrayList<>());
            place(ports, new ArrayList<>(left.values()), group, max);
            drafts.addAll(group);
        });
        if (drafts.isEmpty()) {
            // A service without endpoints has one empty slice, which says so.
            Draft withoutEndpoints = new Draft(List.of());
            EndpointSlice empty = spare.stream()
                    .filter(slice ->
                            slice.getEndpoints().isEmpty() && slice.getPorts().isEmpty())
                    .findFirst()
                    .orElse(null);
            if (empty != null) {
                spare.remove(empty);
                withoutEndpoints.slice = empty;
            }
            drafts.add(withoutEndpoints);
        }
        plan.write(drafts, spare);
        return plan;
    }

    private static void keep(EndpointSlice slice, Map<String, Endpoint> left, Draft draft, int max) {
        for (Endpoint present : slice.getEndpoints()) {
            String uid =
                    present.getTargetRef() == null ? "" : present.getTargetRef().getUid();
            Endpoint wanted = draft.endpoints.size() < max ? left.remove(uid) : null;
            if (wanted == null) {
                draft.changed = true;
            } else {
                draft.endpoints.add(wanted);
                draft.changed |= !wanted.equals(present);
            }
        }
    }

    private static void place(List<EndpointPort> ports, List<Endpoint> left, List<Draft> group, int max) {
        group.stream().filter(draft -> draft.changed).forEach(draft -> fill(draft, left, max));
        if (!left.isEmpty()) {
            // The fullest one that takes all of the rest wastes least.
            group.stream()
                    .filter(draft -> draft.endpoints.size() + left.size() % max <= max)
                    .max(Comparator.comparingInt(draft -> draft.endpoints.size()))
                    .ifPresent(draft -> fill(draft, left, Math.min(max, draft.endpoints.size() + left.size() % max)));
        }
        while (!left.isEmpty()) {
            Draft draft = new Draft(ports);
            fill(draft, left, max);
            group.add(draft);
        }
    }

    private static void fill(Draft draft, List<Endpoint> left, int max) {
        while (!left.isEmpty() && draft.endpoints.size() < max) {
            draft.endpoints.add(left.removeLast());
            draft.changed = true;
        }
    }

    private void write(List<Draft> drafts, List<EndpointSlice> spare) {
        for (Draft draft : drafts) {
            Content content = new Content(draft.ports, draft.endpoints);
            if (draft.slice != null) {
                if (draft.changed) {
                    updates.put(draft.slice, content);
                }
            } else if (spare.isEmpty()) {
                creations.add(content);
            } else {
                updates.put(spare.removeLast(), content);
            }
        }
        deletions.addAll(spare);
    }
}
