package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.cri.FilesystemUsage;
import io.flotilla.proto.cri.Image;
import io.flotilla.proto.cri.PodSandboxConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** CRI's ImageService as blocking calls; safe for use by many threads. */
public interface Images {

    /** Returns the images that were pulled and not removed. */
    List<Image> images();

    /** Returns a pulled image by any of its names or its id. */
    Optional<Image> image(String reference);

    /** Returns what a verbose status adds. */
    Map<String, String> info(String reference);

    /**
     * Makes the image available.
     *
     * @param sandbox the pod that it is pulled for; the default instance when the caller did not say
     * @return the reference for later calls
     * @throws RuntimeFault NOT_FOUND when there is no such image
     */
    String pull(String reference, PodSandboxConfig sandbox);

    /** Forgets a pulled image; does nothing for an unknown one. */
    void remove(String reference);

    FilesystemUsage filesystem();
}
