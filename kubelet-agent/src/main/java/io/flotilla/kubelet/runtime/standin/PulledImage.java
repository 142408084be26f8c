package io.flotilla.kubelet.runtime.standin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * An image that was pulled: a name and what stands for it. The id is a digest of the name and the stand-in, so that two
 * tags are two images, as they would be.
 */
public record PulledImage(ImageName name, StandIn standIn) {

    public String id() {
        return "sha256:" + sha256(name.repository() + ":" + name.tag() + name.digest() + " " + standIn.name());
    }

    public String repoDigest() {
        return name.repository() + "@" + (name.digest().isEmpty() ? id() : name.digest());
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
