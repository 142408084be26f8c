package io.flotilla.apiserver.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.codec.JsonCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** A document ready to be sent: its bytes, its media type and the entity tag that changes with it. */
public final class Document {
    private final byte[] body;
    private final String contentType;
    private final String etag;

    public Document(byte[] body, String contentType) {
        this.body = body.clone();
        this.contentType = contentType;
        this.etag = "\"" + hash(body) + "\"";
    }

    static Document of(JsonNode tree, String contentType) {
        return new Document(JsonCodec.encode(tree), contentType);
    }

    /** Not to be changed: it is the document, not a copy. */
    public byte[] body() {
        return body;
    }

    public String contentType() {
        return contentType;
    }

    /** Quoted, as it stands in the ETag header and in If-None-Match. */
    public String etag() {
        return etag;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Document that && etag.equals(that.etag) && contentType.equals(that.contentType);
    }

    @Override
    public int hashCode() {
        return Objects.hash(etag, contentType);
    }

    /** SHA-512 in upper-case hexadecimal digits. */
    public static String hash(byte[] body) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-512").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("The Java runtime lacks SHA-512", e);
        }
    }
}
