package io.flotilla.kubelet.runtime.standin;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An image reference in full.
 *
 * @param repository with registry, such as {@code docker.io/library/nginx}
 * @param tag {@code latest} when the reference has neither tag nor digest, empty when it has a digest alone
 * @param digest such as {@code sha256:…}, or empty
 */
public record ImageName(String repository, String tag, String digest) {

    private static final Pattern REFERENCE = Pattern.compile(
            "(?<repository>[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]+(?=/))?(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
                    + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
                    + "(?:@(?<digest>[a-z0-9]+:[0-9a-f]{32,}))?");

    /** Other homes of the same images, longest first. */
    private static final List<Map.Entry<String, String>> HOMES = List.of(
            Map.entry("public.ecr.aws/docker/library/", "docker.io/library/"),
            Map.entry("gcr.io/google_containers/", "registry.k8s.io/"),
            Map.entry("gcr.io/google-containers/", "registry.k8s.io/"),
            Map.entry("mirror.gcr.io/library/", "docker.io/library/"),
            Map.entry("registry.hub.docker.com/", "docker.io/"),
            Map.entry("index.docker.io/", "docker.io/"),
            Map.entry("k8s.gcr.io/", "registry.k8s.io/"));

    /** Reads a reference as people write it; empty if it is none. */
    public static Optional<ImageName> parse(String reference) {
        var matcher = REFERENCE.matcher(reference);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String repository = inFull(matcher.group("repository"));
        String path = repository.substring(repository.indexOf('/'));
        // Only a registry's name may hold capitals.
        if (!path.equals(path.toLowerCase(Locale.ROOT))) {
            return Optional.empty();
        }
        String tag = Optional.ofNullable(matcher.group("tag")).orElse("");
        String digest = Optional.ofNullable(matcher.group("digest")).orElse("");
        return Optional.of(new ImageName(repository, tag.isEmpty() && digest.isEmpty() ? "latest" : tag, digest));
    }

    private static String inFull(String repository) {
        int slash = repository.indexOf('/');
        if (slash < 0) {
            return "docker.io/library/" + repository;
        }
        String first = repository.substring(0, slash);
        if (first.indexOf('.') < 0 && first.indexOf(':') < 0 && !first.equals("localhost")) {
            return "docker.io/" + repository;
        }
        if (first.equals("docker.io") && repository.indexOf('/', slash + 1) < 0) {
            return "docker.io/library/" + repository.substring(slash + 1);
        }
        return repository;
    }

    /** Returns the repository under which the catalogue knows the image. */
    String home() {
        for (var home : HOMES) {
            if (repository.startsWith(home.getKey())) {
                String image = repository.substring(home.getKey().length());
                return inFull(home.getValue() + image);
            }
        }
        return repository;
    }

    @Override
    public String toString() {
        return repository + (tag.isEmpty() ? "" : ":" + tag) + (digest.isEmpty() ? "" : "@" + digest);
    }
}
