package io.flotilla.deploy.probe;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * Small blocking requests to processes on this machine. The JDK's oldest HTTP client on purpose: it starts no threads and loads
 * a tenth of the classes of the newer one, which counts in a program that lives for half a second.
 */
public final class HttpProbe {
    private final SSLSocketFactory sockets; // one for all: connections are kept for requests with the same factory
    private final int timeoutMillis;

    public HttpProbe(SSLContext tls, Duration timeout) {
        this(tls.getSocketFactory(), timeout);
    }

    private HttpProbe(SSLSocketFactory sockets, Duration timeout) {
        this.sockets = sockets;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    /** The same client with more or less patience. */
    public HttpProbe within(Duration timeout) {
        return new HttpProbe(sockets, timeout);
    }

    /** Whether it answers with 200 in time. */
    public boolean isReady(URI uri) {
        try {
            var connection = connect(uri);
            var ready = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            drain(connection);
            return ready;
        } catch (IOException e) {
            return false;
        }
    }

    /** The body of a 2xx answer. */
    public String get(URI uri) throws IOException {
        return body(connect(uri));
    }

    /** Posts JSON; the body of a 2xx answer. */
    public String post(URI uri, String json) throws IOException {
        var connection = connect(uri);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        try (var out = connection.getOutputStream()) {
            out.write(json.getBytes(StandardCharsets.UTF_8));
        }
        return body(connection);
    }

    private static String body(HttpURLConnection connection) throws IOException {
        try (var in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void drain(HttpURLConnection connection) throws IOException {
        var in = connection.getErrorStream() == null && connection.getResponseCode() < 400
                ? connection.getInputStream()
                : connection.getErrorStream();
        if (in != null) {
            try (in) {
                in.readAllBytes();
            }
        }
    }

    private HttpURLConnection connect(URI uri) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        if (connection instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(sockets);
        }
        connection.setConnectTimeout(timeoutMillis);
        connection.setReadTimeout(timeoutMillis);
        connection.setUseCaches(false);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }
}
