package io.flotilla.deploy.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS contexts from the files of a cluster's trust. */
public final class Trust {
    private static final char[] NO_PASSWORD = new char[0];

    private Trust() {}

    /** A client that trusts servers certified by that authority, and itself shows no certificate. */
    public static SSLContext anonymous(Path authority) throws GeneralSecurityException, IOException {
        return context(authority, null);
    }

    /** A client that trusts servers certified by that authority, and shows the given certificate. */
    public static SSLContext client(Path authority, Path certificate, Path key)
            throws GeneralSecurityException, IOException {
        var store = emptyStore();
        var keys = Pem.decode("PRIVATE KEY", Files.readString(key));
        if (keys.isEmpty()) {
            throw new IOException(key + " holds no private key");
        }
        var privateKey = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(keys.getFirst()));
        store.setKeyEntry("client", privateKey, NO_PASSWORD, new Certificate[] {read(certificate)});
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return context(authority, factory.getKeyManagers());
    }

    private static SSLContext context(Path authority, KeyManager @Nullable [] keys)
            throws GeneralSecurityException, IOException {
        var store = emptyStore();
        store.setCertificateEntry("ca", read(authority));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate read(Path file) throws GeneralSecurityException, IOException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    }
}
