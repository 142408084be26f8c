package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The PKCS#10 request (RFC 2986) in {@code spec.request}. */
public final class SigningRequest {
    private static final String BLOCK = "CERTIFICATE REQUEST";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ORGANIZATION = "2.5.4.10";

    private final Der info;
    private final Der subject;
    private final Der key;
    private final String algorithm;
    private final byte[] signature;

    private SigningRequest(Der request) {
        info = request.part(0);
        subject = info.part(1);
        key = info.part(2);
        algorithm = request.part(1).part(0).identifier();
        signature = request.part(2).bits();
    }

    /**
     * Reads the first PEM block.
     *
     * @param value base64 of the PEM text
     * @throws IllegalArgumentException if that is no request, with what there is to tell
     */
    public static SigningRequest parse(JsonNode value) {
        List<Pem.Block> blocks = Pem.blocks(value);
        if (blocks.isEmpty() || !blocks.getFirst().type().equals(BLOCK)) {
            throw new IllegalArgumentException("PEM block type must be " + BLOCK);
        }
        try {
            return new SigningRequest(Der.of(blocks.getFirst().content()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("asn1: structure error: not a certificate request", e);
        }
    }

    /** What is wrong with the signature by which the owner of the key proves to have it. */
    Optional<String> signatureError() {
        String type = key.part(0).part(0).identifier();
        String wrong = switch (type) {
            case "1.2.840.113549.1.1.1" -> "crypto/rsa: verification error";
            case "1.2.840.10045.2.1" -> "x509: ECDSA verification failure";
            case "1.3.101.112" -> "x509: Ed25519 verification failure";
            default -> "x509: cannot verify signature: algorithm unimplemented";
        };
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(key.encoded())));
            verifier.update(info.encoded());
            return verifier.verify(signature) ? Optional.empty() : Optional.of(wrong);
        } catch (GeneralSecurityException _) {
            return Optional.of(wrong);
        }
    }

    /** The organizations of the subject: the groups of a client certificate. */
    public List<String> organizations() {
        return named(ORGANIZATION);
    }

    /** The common name of the subject, the user of a client certificate; empty for none. */
    public String commonName() {
        List<String> names = named(COMMON_NAME);
        return names.isEmpty() ? "" : names.getLast();
    }

    private List<String> named(String attribute) {
        List<String> found = new ArrayList<>();
        for (Der names : subject.parts()) {
            for (Der name : names.parts()) {
                if (name.part(0).identifier().equals(attribute)) {
                    found.add(name.part(1).text());
                }
            }
        }
        return found;
    }
}
