package io.flotilla.deploy.pki;

import java.util.List;

/**
 * Who a certificate speaks for.
 *
 * @param name the common name: the user, to Kubernetes
 * @param group the organisation: the group of the user; empty for none
 * @param hosts names and addresses under which it may serve; none for a certificate of a mere client
 */
record Identity(String name, String group, List<String> hosts) {
    static Identity client(String name) {
        return new Identity(name, "", List.of());
    }

    static Identity client(String name, String group) {
        return new Identity(name, group, List.of());
    }

    static Identity server(String name, List<String> hosts) {
        return new Identity(name, "", hosts);
    }
}
