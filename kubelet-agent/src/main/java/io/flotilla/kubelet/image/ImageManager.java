package io.flotilla.kubelet.image;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.backoff.CrashBackoff;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.reference.References;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.proto.cri.Image;
import io.flotilla.proto.cri.PodSandboxConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Sees to it that a container's image is on the node, by its pull policy. */
public final class ImageManager {
    private static final Pattern REFERENCE = Pattern.compile(
            "([a-zA-Z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[\\w][\\w.-]{0,127})?(@[A-Za-z0-9+._-]+:[0-9a-fA-F]{32,})?");

    private final Cri cri;
    private final References references;
    private final EventRecorder events;
    private final CrashBackoff backoff;
    private final Clock clock;
    private final Map<CrashBackoff.Key, String> lastErrors = new ConcurrentHashMap<>();

    public ImageManager(Cri cri, References references, EventRecorder events, CrashBackoff backoff, Clock clock) {
        this.cri = cri;
        this.references = references;
        this.events = events;
        this.backoff = backoff;
        this.clock = clock;
    }

    /** Returns the image's reference for the runtime. Pulls for as long as that takes. */
    public String ensure(Pod pod, Container container, PodSandboxConfig sandbox) throws ImageException {
        ObjectReference reference = PodSpecs.reference(pod, container);
        String image = container.getImage();
        if (image == null || !REFERENCE.matcher(image).matches()) {
            String message = "Failed to apply default image tag \"" + image + "\": couldn't parse image name \"" + image
                    + "\": invalid reference format";
            events.warning(reference, "InspectFailed", message);
            throw new ImageException("InvalidImageName", message);
        }
        String full = withTag(image);
        Optional<Image> present = present(image, full, reference);
        String policy = policy(container, full);
        if (policy.equals("Never") && present.isEmpty()) {
            String message = "Container image \"" + image + "\" is not present with pull policy of Never";
            events.warning(reference, "ErrImageNeverPull", message);
            throw new ImageException("ErrImageNeverPull", message);
        }
        if (present.isPresent() && !policy.equals("Always")) {
            events.normal(
                    reference,
                    "Pulled",
                    "Container image \"" + image + "\" already present on machine and can be accessed by the pod");
            return present.get().getId();
        }
        return pull(pod, image, full, reference, sandbox);
    }

    private Optional<Image> present(String image, String full, ObjectReference reference) throws ImageException {
        try {
            return cri.image(full);
        } catch (CriException e) {
            String message = "Failed to inspect image \"" + image + "\": " + e.getMessage();
            events.warning(reference, "InspectFailed", message);
            throw new ImageException("ImageInspectError", message);
        }
    }

    private String pull(Pod pod, String image, String full, ObjectReference reference, PodSandboxConfig sandbox)
            throws ImageException {
        CrashBackoff.Key key = new CrashBackoff.Key(PodSpecs.uid(pod), "image " + image);
        if (backoff.sinceLast(key).isPresent()) {
            String message = "Back-off pulling image \"" + image + "\"";
            events.normal(reference, "BackOff", message);
            String cause = lastErrors.get(key);
            throw new ImageException(
                    "ImagePullBackOff", cause == null ? message : message + ": ErrImagePull: " + cause);
        }
        events.normal(reference, "Pulling", "Pulling image \"" + image + "\"");
        long start = System.nanoTime();
        try {
            String pulled = cri.pull(full, PullCredentials.of(pod, image, references), sandbox);
            String took = seconds(Duration.ofNanos(System.nanoTime() - start));
            long size = cri.image(full).map(Image::getSize).orElse(0L);
            events.normal(
                    reference,
                    "Pulled",
                    "Successfully pulled image \"" + image + "\" in " + took + " (" + took
                            + " including waiting). Image size: " + size + " bytes.");
            lastErrors.remove(key);
            return pulled;
        } catch (CriException e) {
            if (!e.isCancelled()) {
                events.warning(reference, "Failed", "Failed to pull image \"" + image + "\": " + e.getMessage());
            }
            backoff.next(key, clock.instant());
            lastErrors.put(key, e.getMessage());
            throw new ImageException("ErrImagePull", e.getMessage());
        }
    }

    /** Returns how long until the image may be pulled again, if it is backed off. */
    public Optional<CrashBackoff.Wait> waiting(Pod pod, Container container) {
        return backoff.sinceLast(new CrashBackoff.Key(PodSpecs.uid(pod), "image " + container.getImage()));
    }

    public void forget(String podUid) {
        lastErrors.keySet().removeIf(key -> key.podUid().equals(podUid));
        backoff.forget(podUid);
    }

    private static String policy(Container container, String full) {
        if (container.getImagePullPolicy() != null
                && !container.getImagePullPolicy().isEmpty()) {
            return container.getImagePullPolicy();
        }
        return full.endsWith(":latest") ? "Always" : "IfNotPresent";
    }

    private static String withTag(String image) {
        boolean tagged = image.contains("@")
                || image.substring(image.lastIndexOf('/') + 1).contains(":");
        return tagged ? image : image + ":latest";
    }

    /** As Go prints durations of this size, to the millisecond. */
    private static String seconds(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis + "ms";
        }
        String text =
                String.format(Locale.ROOT, "%.3f", millis % 60_000 / 1000.0).replaceAll("\\.?0+$", "");
        return millis >= 60_000 ? millis / 60_000 + "m" + text + "s" : text + "s";
    }
}
