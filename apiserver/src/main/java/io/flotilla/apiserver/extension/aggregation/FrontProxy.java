package io.flotilla.apiserver.extension.aggregation;

import io.flotilla.apiserver.backend.HttpConnection;
import io.flotilla.apiserver.backend.HttpConnection.Header;
import io.flotilla.apiserver.backend.TrustAnyone;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.User;
import io.flotilla.machinery.tls.PemFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How this server shows itself to extension servers, and tells them for whom it asks: by its client certificate, which
 * they trust, and headers that name the user. Safe from any thread.
 */
public final class FrontProxy {
    private static final int MOST_CONTEXTS = 1000;
    private static final String USER = "X-Remote-User";
    private static final String UID = "X-Remote-Uid";
    private static final String GROUP = "X-Remote-Group";
    private static final String EXTRA = "X-Remote-Extra-";

    private final @Nullable KeyManager self;
    private final Map<ApiService.Backend, SSLContext> contexts = new ConcurrentHashMap<>();

    private FrontProxy(@Nullable KeyManager self) {
        this.self = self;
    }

    /** Reads the client certificate, if there is one; fails with a sentence that names what is wrong. */
    public static FrontProxy of(Optional<Path> certificate, Optional<Path> key) {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("--proxy-client-cert-file and --proxy-client-key-file go together");
        }
        try {
            return new FrontProxy(certificate.isEmpty() ? null : PemFiles.keyManager(certificate.get(), key.get()));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot read the certificate for extension servers: " + e.getMessage(), e);
        }
    }

    /** Connects to one endpoint of a service. */
    public HttpConnection connect(ApiService.Backend backend, ServiceEndpoints.Endpoint endpoint) throws IOException {
        SSLContext context = contexts.get(backend);
        if (context == null) {
            if (contexts.size() >= MOST_CONTEXTS) {
                contexts.clear();
            }
            context = backend.insecure() ? TrustAnyone.context(self) : trusting(backend.caBundle());
            contexts.put(backend, context);
        }
        Optional<String> name = backend.insecure() ? Optional.empty() : Optional.of(backend.serverName());
        return HttpConnection.open(
                endpoint.host(), endpoint.port(), Optional.of(new HttpConnection.Tls(context, name)));
    }

    private SSLContext trusting(String bundle) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(self == null ? null : new KeyManager[] {self}, bundle.isEmpty() ? null : trust(bundle), null);
            return context;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("unable to load root certificates: unable to parse bytes as PEM block", e);
        }
    }

    private static TrustManager[] trust(String bundle) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        byte[] pem = Base64.getDecoder().decode(bundle);
        int number = 0;
        for (Certificate each :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            store.setCertificateEntry("ca-" + number++, each);
        }
        if (number == 0) {
            throw new CertificateException("no certificate");
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust.getTrustManagers();
    }

    /** Whether a header, by its lower-case name, would tell an extension server who asks; nobody else may send it. */
    public static boolean isIdentity(String name) {
        return name.startsWith("x-remote-");
    }

    /** Headers that tell for whom this server asks; fails for a user whom no header can name. */
    public static List<Header> identity(User user) throws IOException {
        List<Header> headers = new ArrayList<>();
        headers.add(header(USER, user.name()));
        if (!user.uid().isEmpty()) {
            headers.add(header(UID, user.uid()));
        }
        for (String group : user.groups()) {
            headers.add(header(GROUP, group));
        }
        for (Map.Entry<String, List<String>> extra : user.extra().entrySet()) {
            for (String value : extra.getValue()) {
                headers.add(header(EXTRA + escaped(extra.getKey()), value));
            }
        }
        return headers;
    }

    /** The bytes of the value go over the wire as UTF-8; what would end the header is refused. */
    private static Header header(String name, String value) throws IOException {
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
            throw new IOException("net/http: invalid header field value for " + Quoting.quote(name));
        }
        return new Header(name, new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    /** What may not stand in the name of a header is percent-encoded. */
    private static String escaped(String key) {
        StringBuilder out = new StringBuilder(key.length());
        for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xff);
            boolean token = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$&'*+-.^_`|~".indexOf(c) >= 0;
            if (token) {
                out.append(c);
            } else {
                out.append('%').append("%02X".formatted((int) c));
            }
        }
        return out.toString();
    }
}
