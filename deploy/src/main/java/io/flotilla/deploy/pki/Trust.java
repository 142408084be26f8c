package io.flotilla.deploy.pki;

import io.flotilla.machinery.tls.PemFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS contexts from the files of a cluster's trust. */
public final class Trust {
    private Trust() {}

    /** A client that trusts servers certified by that authority, and itself shows no certificate. */
    public static SSLContext anonymous(Path authority) throws GeneralSecurityException, IOException {
        return context(authority, null);
    }

    /** A client that trusts servers certified by that authority, and shows the given certificate. */
    public static SSLContext client(Path authority, Path certificate, Path key)
            throws GeneralSecurityException, IOException {
        return context(authority, new KeyManager[] {PemFiles.keyManager(certificate, key)});
    }

    private static SSLContext context(Path authority, KeyManager @Nullable [] keys)
            throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", read(authority));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate read(Path file) throws GeneralSecurityException, IOException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    }
}
