package io.flotilla.apiserver.request;

import java.util.List;
import java.util.Map;

/**
 * Who asks: the result of authentication.
 *
 * @param name such as {@code kubernetes-admin} or {@code system:node:node-1}
 * @param uid empty where the authenticator knows none
 * @param groups such as {@code system:masters}
 * @param extra further claims of the authenticator
 */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    public static final String MASTERS = "system:masters";
    public static final String AUTHENTICATED = "system:authenticated";
    public static final String UNAUTHENTICATED = "system:unauthenticated";
    /** The key of {@link #extra} that tells the credential apart from others of the same user. */
    public static final String CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

    public static final User ANONYMOUS = new User("system:anonymous", "", List.of(UNAUTHENTICATED), Map.of());

    public User {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    public boolean isIn(String group) {
        return groups.contains(group);
    }
}
