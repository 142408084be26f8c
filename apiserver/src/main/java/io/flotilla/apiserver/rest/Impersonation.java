package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.ServiceAccountName;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lets users act as others, as far as they may, by the headers {@code Impersonate-User}, {@code -Uid}, {@code -Group} and
 * {@code -Extra-KEY}: whoever is named must be granted the verb {@code impersonate} for each of these.
 */
final class Impersonation {
    private static final String PREFIX = "impersonate-";
    private static final String EXTRA = "extra-";
    private static final String AUTHENTICATION = "authentication.k8s.io";

    private final Api api;

    Impersonation(Api api) {
        this.api = api;
    }

    /** Someone is to be impersonated in part, but no user is named. */
    static final class NobodyNamedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NobodyNamedException(String message) {
            super(message);
        }
    }

    /** What is asked for, in the order in which it is asked for. */
    private static final class Wish {
        private String user = "";
        private String uid = "";
        private final List<String> groups = new ArrayList<>();
        private final Map<String, List<String>> extra = new LinkedHashMap<>();

        private void add(String header, String value) {
            String name = header.toLowerCase(Locale.ROOT);
            if (!isImpersonation(name)) {
                return;
            }
            String what = name.substring(PREFIX.length());
            if (what.startsWith(EXTRA)) {
                extra.computeIfAbsent(unescaped(what.substring(EXTRA.length())), _ -> new ArrayList<>())
                        .add(value);
                return;
            }
            switch (what) {
                case "user" -> user = value;
                case "uid" -> uid = value;
                case "group" -> groups.add(value);
                default -> {}
            }
        }

        private boolean isNothing() {
            return user.isEmpty() && uid.isEmpty() && groups.isEmpty() && extra.isEmpty();
        }

        /** As Go prints what is wished for. */
        private String described() {
            List<String> references = new ArrayList<>();
            groups.forEach(group -> references.add("{Group  " + group + "    }"));
            extra.forEach((key, values) ->
                    values.forEach(value -> references.add("{UserExtra  " + value + "    " + key + "}")));
            if (!uid.isEmpty()) {
                references.add("{UID  " + uid + "  authentication.k8s.io/v1  }");
            }
            return references.stream().collect(Collectors.joining(" ", "[", "]"));
        }
    }

    /** Whether a header, by its lower-case name, is about this; what a request is passed on to must not see it. */
    static boolean isImpersonation(String name) {
        return name.startsWith(PREFIX);
    }

    private static String unescaped(String key) {
        try {
            return QueryStringDecoder.decodeComponent(key.replace("+", "%2B"));
        } catch (IllegalArgumentException e) {
            return key;
        }
    }

    /**
     * Returns as whom the request is to be handled: mostly who sent it.
     *
     * @throws StatusException 403 if the user may not act so
     */
    User actsAs(Exchange exchange, User user) {
        Wish wish = new Wish();
        exchange.forEachHeader(wish::add);
        if (wish.isNothing()) {
            return user;
        }
        if (wish.user.isEmpty()) {
            throw new NobodyNamedException("Internal Server Error: " + Quoting.quote(exchange.path()) + ": requested "
                    + wish.described() + " without impersonating a user");
        }
        Optional<ServiceAccountName> account = ServiceAccountName.of(wish.user);
        account.ifPresentOrElse(
                it -> authorize(user, "", "serviceaccounts", "", it.namespace(), it.name()),
                () -> authorize(user, "", "users", "", "", wish.user));
        wish.groups.forEach(group -> authorize(user, "", "groups", "", "", group));
        wish.extra.forEach((key, values) ->
                values.forEach(value -> authorize(user, AUTHENTICATION, "userextras", key, "", value)));
        if (!wish.uid.isEmpty()) {
            authorize(user, AUTHENTICATION, "uids", "", "", wish.uid);
        }
        return new User(wish.user, wish.uid, groups(wish, account), wish.extra);
    }

    private void authorize(
            User user, String group, String resource, String subresource, String namespace, String name) {
        String version = group.isEmpty() ? "" : "v1";
        api.authorize(user, new Attributes("impersonate", group, version, resource, subresource, namespace, name, ""));
    }

    /** Whoever comes by their own credentials has these groups too. */
    private static List<String> groups(Wish wish, Optional<ServiceAccountName> account) {
        List<String> groups = new ArrayList<>(wish.groups);
        if (groups.isEmpty()) {
            account.ifPresent(it -> groups.addAll(it.groups()));
        }
        if (wish.user.equals(User.ANONYMOUS.name())) {
            if (!groups.contains(User.UNAUTHENTICATED)) {
                groups.add(User.UNAUTHENTICATED);
            }
        } else if (!groups.contains(User.AUTHENTICATED) && !groups.contains(User.UNAUTHENTICATED)) {
            groups.add(User.AUTHENTICATED);
        }
        return groups;
    }
}
