package io.flotilla.apiserver.request;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who a service account is as a user. */
public record ServiceAccountName(String namespace, String name) {
    private static final String PREFIX = "system:serviceaccount:";
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern USER =
            Pattern.compile(PREFIX + "(?<namespace>" + LABEL + "):(?<name>" + LABEL + "(\\." + LABEL + ")*)");

    /** Empty for the name of a user that is none. */
    public static Optional<ServiceAccountName> of(String user) {
        if (!user.startsWith(PREFIX)) {
            return Optional.empty();
        }
        Matcher matcher = USER.matcher(user);
        return matcher.matches()
                ? Optional.of(new ServiceAccountName(matcher.group("namespace"), matcher.group("name")))
                : Optional.empty();
    }

    /** Its name as a user. */
    public String user() {
        return PREFIX + namespace + ":" + name;
    }

    /** The groups that every account of the namespace is in. */
    public List<String> groups() {
        return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace);
    }
}
