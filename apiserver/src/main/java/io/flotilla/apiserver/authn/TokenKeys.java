package io.flotilla.apiserver.authn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Reads the keys by which tokens are signed from PEM files, in the forms that tools write: RSA, or ECDSA on a NIST curve. */
public final class TokenKeys {
    /** What stands before a PKCS#1 key in a PKCS#8 one, lengths left out. */
    private static final byte[] RSA_ALGORITHM = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private TokenKeys() {}

    /** Reads a private key, "PRIVATE KEY", "RSA PRIVATE KEY" or "EC PRIVATE KEY". */
    public static PrivateKey privateKey(Path file) {
        String pem = read(file);
        return decode(file, "private", () -> {
            byte[] der = body(pem);
            if (pem.contains("BEGIN RSA PRIVATE KEY")) {
                return privateKey("RSA", wrap(RSA_ALGORITHM, der));
            }
            return pem.contains("BEGIN EC PRIVATE KEY")
                    ? privateKey("EC", wrap(curve(der), der))
                    : eitherWay(algorithm -> privateKey(algorithm, der));
        });
    }

    private static PrivateKey privateKey(String algorithm, byte[] pkcs8) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** Reads a public key, or the public half of a private one that tells it, as those of RSA do. */
    public static PublicKey publicKey(Path file) {
        String pem = read(file);
        if (pem.contains("PRIVATE KEY")) {
            PrivateKey key = privateKey(file);
            return publicHalf(key).orElseThrow(() -> new IllegalArgumentException(file + " holds no public key"));
        }
        return decode(file, "public", () -> {
            X509EncodedKeySpec spec = new X509EncodedKeySpec(body(pem));
            return eitherWay(algorithm -> KeyFactory.getInstance(algorithm).generatePublic(spec));
        });
    }

    private interface Decoding<K> {
        K key() throws GeneralSecurityException;
    }

    private interface Reading<K> {
        K key(String algorithm) throws GeneralSecurityException;
    }

    private static <K extends Key> K decode(Path file, String half, Decoding<K> decoding) {
        try {
            K key = decoding.key();
            var _ = TokenAlgorithm.of(key);
            return key;
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(file + " holds no RSA or ECDSA " + half + " key", e);
        }
    }

    private static <K> K eitherWay(Reading<K> reading) throws GeneralSecurityException {
        try {
            return reading.key("RSA");
        } catch (GeneralSecurityException e) {
            return reading.key("EC");
        }
    }

    static Optional<PublicKey> publicHalf(PrivateKey key) {
        if (!(key instanceof RSAPrivateCrtKey rsa)) {
            return Optional.empty();
        }
        try {
            return Optional.of(KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the two belong together. */
    static boolean isPair(PrivateKey secret, PublicKey open) {
        byte[] probe = {1, 2, 3};
        try {
            TokenAlgorithm algorithm = TokenAlgorithm.of(secret);
            return algorithm == TokenAlgorithm.of(open) && algorithm.verify(open, probe, algorithm.sign(secret, probe));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The identifier of a key in tokens: the hash of its public half. */
    static String id(PublicKey key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] body(String pem) {
        int begin = pem.indexOf("-----\n", pem.indexOf("-----BEGIN"));
        int end = pem.indexOf("-----END");
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("no PEM block");
        }
        return Base64.getMimeDecoder().decode(pem.substring(begin + 6, end));
    }

    /** Makes the key a PKCS#8 one. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        byte[] octets = tagged(0x04, key);
        byte[] content = new byte[algorithm.length + octets.length];
        System.arraycopy(algorithm, 0, content, 0, algorithm.length);
        System.arraycopy(octets, 0, content, algorithm.length, octets.length);
        return tagged(0x30, content);
    }

    /** What stands before a SEC 1 key in a PKCS#8 one; its length tells the curve. */
    private static byte[] curve(byte[] sec1) {
        int content = sec1[1] < 0 ? 2 + (sec1[1] & 0x7f) : 2;
        String algorithm = switch (sec1[content + 4]) {
            case 32 -> "020100301306072a8648ce3d020106082a8648ce3d030107";
            case 48 -> "020100301006072a8648ce3d020106052b81040022";
            case 66 -> "020100301006072a8648ce3d020106052b81040023";
            default -> throw new IllegalArgumentException("unknown elliptic curve");
        };
        return HexFormat.of().parseHex(algorithm);
    }

    private static byte[] tagged(int tag, byte[] content) {
        byte[] out = new byte[content.length + 4];
        out[0] = (byte) tag;
        out[1] = (byte) 0x82;
        out[2] = (byte) (content.length >> 8);
        out[3] = (byte) content.length;
        System.arraycopy(content, 0, out, 4, content.length);
        return out;
    }
}
