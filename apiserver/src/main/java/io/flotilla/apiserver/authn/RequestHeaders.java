package io.flotilla.apiserver.authn;

import io.flotilla.apiserver.request.User;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The headers in which a front proxy names users. Of the headers for a name or a uid the first that is sent counts; case
 * does not matter.
 *
 * @param extraPrefixes what names of headers begin with whose rest is a key of the user's extra claims
 */
public record RequestHeaders(
        List<String> userHeaders, List<String> uidHeaders, List<String> groupHeaders, List<String> extraPrefixes) {

    /** Those that Kubernetes' own proxies send. */
    public static final RequestHeaders STANDARD = new RequestHeaders(
            List.of("X-Remote-User"), List.of("X-Remote-Uid"), List.of("X-Remote-Group"), List.of("X-Remote-Extra-"));

    /** The headers of a request, a name for each of its values. */
    @FunctionalInterface
    public interface Sent {
        void forEach(BiConsumer<String, String> each);
    }

    /** Who is named; empty if nobody is. */
    Optional<User> user(Sent sent) {
        Map<String, List<String>> headers = new HashMap<>();
        sent.forEach((name, value) -> headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                .add(value));
        String name = first(headers, userHeaders);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        List<String> groups = new ArrayList<>();
        groupHeaders.forEach(each -> groups.addAll(headers.getOrDefault(each.toLowerCase(Locale.ROOT), List.of())));
        boolean anonymous = name.equals(User.ANONYMOUS.name()) || groups.contains(User.UNAUTHENTICATED);
        if (!anonymous && !groups.contains(User.AUTHENTICATED)) {
            groups.add(User.AUTHENTICATED);
        }
        return Optional.of(new User(name, first(headers, uidHeaders), groups, extra(headers)));
    }

    private static String first(Map<String, List<String>> headers, List<String> names) {
        return names.stream()
                .map(each -> headers.getOrDefault(each.toLowerCase(Locale.ROOT), List.of(""))
                        .getFirst())
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
    }

    private Map<String, List<String>> extra(Map<String, List<String>> headers) {
        Map<String, List<String>> extra = new HashMap<>();
        for (String each : extraPrefixes) {
            String prefix = each.toLowerCase(Locale.ROOT);
            headers.forEach((name, values) -> {
                if (name.startsWith(prefix)) {
                    extra.computeIfAbsent(unescaped(name.substring(prefix.length())), _ -> new ArrayList<>())
                            .addAll(values);
                }
            });
        }
        return extra;
    }

    private static String unescaped(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return key;
        }
    }
}
