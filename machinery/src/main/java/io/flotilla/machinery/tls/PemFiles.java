package io.flotilla.machinery.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.X509ExtendedKeyManager;

/** Reads certificates and PKCS#8 keys from PEM files. Every failure names the file at fault. */
public final class PemFiles {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private PemFiles() {}

    /** What a server or a client shows to its peer: the key and the chain of those files. */
    public static X509ExtendedKeyManager keyManager(Path certificate, Path key) throws IOException {
        return new PemKeyManager(privateKey(key), certificates(certificate));
    }

    /** Reads an RSA or EC key. */
    private static PrivateKey privateKey(Path file) throws IOException {
        Matcher pem = PKCS8.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new IOException(file + ": no PKCS#8 private key in PEM form");
        }
        PKCS8EncodedKeySpec spec =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        GeneralSecurityException last = null;
        for (String algorithm : new String[] {"EC", "RSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw new IOException(file + ": neither an EC nor an RSA private key", last);
    }

    /** Reads a chain, leaf first. */
    private static X509Certificate[] certificates(Path file) throws IOException {
        try {
            X509Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                    .toArray(X509Certificate[]::new);
            if (chain.length == 0) {
                throw new IOException(file + ": no certificate in PEM form");
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": no certificate in PEM form: " + e.getMessage(), e);
        }
    }
}
