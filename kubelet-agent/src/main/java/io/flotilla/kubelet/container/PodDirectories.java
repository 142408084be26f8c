package io.flotilla.kubelet.container;

import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.pod.PodSpecs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the agent keeps what belongs to pods.
 *
 * @param root the agent's directory
 */
public record PodDirectories(Path root) {
    private static final Logger LOG = LoggerFactory.getLogger(PodDirectories.class);

    public PodDirectories {
        root = root.toAbsolutePath().normalize();
    }

    public Path pods() {
        return root.resolve("pods");
    }

    public Path logs() {
        return root.resolve("log").resolve("pods");
    }

    public Path pod(String uid) {
        return pods().resolve(uid);
    }

    /** Returns the directory of the pod's logs, named as in {@code /var/log/pods}. */
    public Path logs(Pod pod) {
        return logs(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), PodSpecs.uid(pod));
    }

    public Path logs(String namespace, String name, String uid) {
        return logs().resolve(namespace + "_" + name + "_" + uid);
    }

    /** Removes the logs of a pod that is gone. */
    public void removeLogs(Pod pod) {
        removeTree(logs(pod));
    }

    static void removeTree(Path directory) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} could not be removed: {}", directory, e.getMessage());
        }
    }
}
