package io.flotilla.apiserver.authn;

import io.flotilla.apiserver.request.StatusException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The authorities whose certificates clients may show, and what each of them is believed. */
public final class PeerAuthorities {
    private final List<X509Certificate> certificates = new ArrayList<>();
    private final X509TrustManager users;
    private final @Nullable X509TrustManager frontProxies;
    private final List<String> allowedNames;

    /**
     * Reads the authorities.
     *
     * @param users certify users
     * @param frontProxies certify those who name users in headers
     * @param allowedNames common names of front proxies; none for any
     * @throws IOException a file cannot be read; the message names it
     */
    public PeerAuthorities(Path users, Optional<Path> frontProxies, List<String> allowedNames) throws IOException {
        this.users = read(users);
        this.frontProxies = frontProxies.isEmpty() ? null : read(frontProxies.get());
        this.allowedNames = List.copyOf(allowedNames);
    }

    private X509TrustManager read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                certificates.add((X509Certificate) each);
                store.setCertificateEntry("ca-" + certificates.size(), each);
            }
            if (store.size() == 0) {
                throw new IOException("no certificate in " + file);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return (X509TrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificates in " + file + ": " + e.getMessage(), e);
        }
    }

    /** All of them: who shows a certificate of none is not let in at all. */
    public X509Certificate[] certificates() {
        return certificates.toArray(X509Certificate[]::new);
    }

    /** What a client is that one of the authorities has certified. */
    public Peer peer(Certificate[] chain) {
        X509Certificate[] shown = new X509Certificate[chain.length];
        System.arraycopy(chain, 0, shown, 0, chain.length);
        return frontProxies == null
                ? new Peer(shown[0], true, false)
                : new Peer(shown[0], certifies(users, shown), isAllowed(shown[0]) && certifies(frontProxies, shown));
    }

    private boolean isAllowed(X509Certificate certificate) {
        try {
            return allowedNames.isEmpty()
                    || allowedNames.contains(CertificateUsers.user(certificate).name());
        } catch (StatusException _) {
            // It has no name at all.
            return false;
        }
    }

    private static boolean certifies(X509TrustManager authority, X509Certificate[] chain) {
        try {
            authority.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            return true;
        } catch (CertificateException _) {
            return false;
        }
    }
}
