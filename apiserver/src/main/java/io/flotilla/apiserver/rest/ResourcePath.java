package io.flotilla.apiserver.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A path of the API that names a resource.
 *
 * @param group empty for the core group
 * @param namespace empty for cluster scope and for all namespaces
 * @param name empty for a collection
 * @param subresource empty for the resource itself
 * @param rest what follows the subresource, with a leading slash, for those that proxy
 * @param watch whether the path has the deprecated watch segment
 */
record ResourcePath(
        String group,
        String version,
        String namespace,
        String resource,
        String name,
        String subresource,
        String rest,
        boolean watch) {

    /** Parses a decoded path; empty if it names no resource. */
    static Optional<ResourcePath> parse(String path) {
        List<String> parts = split(path);
        int at;
        String group;
        if (parts.size() >= 3 && parts.getFirst().equals("api")) {
            group = "";
            at = 1;
        } else if (parts.size() >= 4 && parts.getFirst().equals("apis")) {
            group = parts.get(1);
            at = 2;
        } else {
            return Optional.empty();
        }
        String version = parts.get(at++);
        boolean watch = parts.size() > at + 1 && parts.get(at).equals("watch");
        if (watch) {
            at++;
        }
        String namespace = "";
        List<String> left = parts.subList(at, parts.size());
        // namespaces/x/status and namespaces/x/finalize are about the namespace, all else behind it is in it.
        boolean inNamespace = left.size() >= 3
                && left.getFirst().equals("namespaces")
                && !(left.size() == 3
                        && (left.get(2).equals("status") || left.get(2).equals("finalize")));
        if (inNamespace) {
            namespace = left.get(1);
            left = left.subList(2, left.size());
        }
        String rest = left.size() > 3 ? "/" + String.join("/", left.subList(3, left.size())) : "";
        return Optional.of(new ResourcePath(
                group,
                version,
                namespace,
                left.getFirst(),
                left.size() > 1 ? left.get(1) : "",
                left.size() > 2 ? left.get(2) : "",
                rest,
                watch));
    }

    private static List<String> split(String path) {
        List<String> parts = new ArrayList<>(8);
        int start = 1;
        for (int i = 1; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                if (i > start) {
                    parts.add(path.substring(start, i));
                }
                start = i + 1;
            }
        }
        return parts;
    }
}
