package io.flotilla.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.request.User;
import java.util.ArrayList;
import java.util.List;

/**
 * Role-based access control. What roles and bindings say is worked out once for each state of theirs, so that a
 * decision costs a few look-ups however many there are.
 */
public final class RoleAuthorizer implements Authorizer {

    /** All objects of one kind as they are now. */
    public interface Source {
        /** An object that stays the same for as long as the objects do. */
        Object state();

        List<JsonNode> objects();
    }

    private final List<Source> roles;
    private final List<Source> bindings;
    private volatile Built built = new Built(List.of(), new RoleIndex());

    private record Built(List<Object> states, RoleIndex index) {}

    /**
     * @param roles of roles and cluster roles
     * @param bindings of role bindings and cluster role bindings
     */
    public RoleAuthorizer(List<Source> roles, List<Source> bindings) {
        this.roles = List.copyOf(roles);
        this.bindings = List.copyOf(bindings);
    }

    @Override
    public Decision authorize(User user, Attributes attributes) {
        // As in Kubernetes, masters are above roles: a cluster whose roles are broken can be mended.
        return user.isIn(User.MASTERS) || index().allows(user, attributes) ? Decision.ALLOW : Decision.NO_OPINION;
    }

    /** The rules that concern the user in the namespace. */
    List<PolicyRule> rules(User user, String namespace) {
        return index().rules(user, namespace);
    }

    private RoleIndex index() {
        Built current = built;
        List<Object> states = new ArrayList<>(roles.size() + bindings.size());
        roles.forEach(source -> states.add(source.state()));
        bindings.forEach(source -> states.add(source.state()));
        if (same(states, current.states())) {
            return current.index();
        }
        RoleIndex index = new RoleIndex();
        roles.forEach(source -> source.objects().forEach(index::addRole));
        bindings.forEach(source -> source.objects().forEach(index::addBinding));
        built = new Built(states, index);
        return index;
    }

    @SuppressWarnings("ReferenceEquality") // states are told apart by identity: comparing their content would cost more
    private static boolean same(List<Object> a, List<Object> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i) != b.get(i)) {
                return false;
            }
        }
        return true;
    }
}
