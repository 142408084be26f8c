package io.flotilla.apiserver.backend;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** For TLS with whoever is there, where Kubernetes does not look either. */
public final class TrustAnyone extends X509ExtendedTrustManager {
    private TrustAnyone() {}

    /** TLS with anyone, to whom the client shows who we are; null to show nothing. */
    public static SSLContext context(@Nullable KeyManager client) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    client == null ? null : new KeyManager[] {client},
                    new TrustManager[] {new TrustAnyone()},
                    new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
