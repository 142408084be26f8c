package io.flotilla.kubelet.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Sends GET requests; errors read as Go's client writes them, because people meet them in events. */
public final class HttpClient {
    private static final int LARGEST_BODY = 10 << 10;
    private static final int LARGEST_HEAD = 64 << 10;
    private static final int MOST_REDIRECTS = 10;

    private static @Nullable SSLContext trusting; // guarded by the class

    private HttpClient() {}

    /** An answer; of the body the first 10 KiB. */
    public record Response(int status, String body, String location) {}

    /** Gets, following redirects that stay on the host. */
    public static Response get(HttpCall call, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        HttpCall next = call;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            Response response = once(next, deadline);
            if (response.status() < 300
                    || response.status() >= 400
                    || response.location().isEmpty()) {
                return response;
            }
            URI target = URI.create(next.url()).resolve(response.location());
            if (target.getHost() == null || !target.getHost().equals(next.host())) {
                return response;
            }
            boolean tls = "https".equals(target.getScheme());
            int port = target.getPort() > 0 ? target.getPort() : tls ? 443 : 80;
            String path = target.getRawPath() == null || target.getRawPath().isEmpty() ? "/" : target.getRawPath();
            next = new HttpCall(
                    tls,
                    next.host(),
                    port,
                    target.getRawQuery() == null ? path : path + "?" + target.getRawQuery(),
                    next.headers());
        }
        throw new IOException("Get \"" + next.url() + "\": stopped after 10 redirects");
    }

    private static Response once(HttpCall call, long deadline) throws IOException {
        try (Socket plain = new Socket()) {
            try {
                plain.connect(new InetSocketAddress(call.host(), call.port()), left(deadline));
            } catch (SocketTimeoutException e) {
                throw timedOut(call, e);
            } catch (IOException e) {
                throw new IOException("Get \"" + call.url() + "\": " + dialing(call.authority(), e), e);
            }
            plain.setSoTimeout(left(deadline));
            try {
                Socket socket = call.tls() ? tls(plain, call) : plain;
                socket.getOutputStream().write(request(call));
                socket.getOutputStream().flush();
                return response(socket, deadline);
            } catch (SocketTimeoutException e) {
                throw timedOut(call, e);
            } catch (IOException e) {
                throw new IOException("Get \"" + call.url() + "\": " + e.getMessage(), e);
            }
        }
    }

    /** Returns Go's words for a connection that could not be made. */
    public static String dialing(String authority, IOException e) {
        String message = String.valueOf(e.getMessage());
        String reason = message.contains("refused")
                ? "connect: connection refused"
                : message.contains("unreachable") ? "connect: no route to host" : message;
        return "dial tcp " + authority + ": " + reason;
    }

    private static IOException timedOut(HttpCall call, IOException cause) {
        return new IOException(
                "Get \"" + call.url()
                        + "\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
                cause);
    }

    private static int left(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("timed out");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    private static byte[] request(HttpCall call) {
        StringBuilder text = new StringBuilder("GET " + call.path() + " HTTP/1.1\r\n");
        if (!call.headers().containsKey("host")) {
            text.append("Host: ").append(call.authority()).append("\r\n");
        }
        call.headers()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("Connection: close\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Response response(Socket socket, long deadline) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        int bodyAt = -1;
        int length = -1;
        String head = "";
        while (true) {
            if (bodyAt < 0) {
                String text = received.toString(StandardCharsets.ISO_8859_1);
                int end = text.indexOf("\r\n\r\n");
                if (end >= 0) {
                    head = text.substring(0, end);
                    bodyAt = end + 4;
                    String declared = header(head, "content-length");
                    length = declared.isEmpty() ? -1 : Integer.parseInt(declared);
                } else if (received.size() > LARGEST_HEAD) {
                    throw new IOException("net/http: HTTP/1.x transport connection broken: headers too large");
                }
            }
            int body = bodyAt < 0 ? 0 : received.size() - bodyAt;
            if (bodyAt >= 0 && (body >= LARGEST_BODY || (length >= 0 && body >= length))) {
                break;
            }
            socket.setSoTimeout(left(deadline));
            int count = in.read(buffer);
            if (count < 0) {
                break;
            }
            received.write(buffer, 0, count);
        }
        if (bodyAt < 0) {
            throw new IOException("EOF");
        }
        String[] line = head.split("\r\n", 2)[0].split(" ", 3);
        if (line.length < 2 || !line[1].matches("[0-9]{3}")) {
            throw new IOException("malformed HTTP response \"" + head.split("\r\n", 2)[0] + "\"");
        }
        byte[] all = received.toByteArray();
        String body = new String(all, bodyAt, Math.min(all.length - bodyAt, LARGEST_BODY), StandardCharsets.UTF_8);
        return new Response(Integer.parseInt(line[1]), body, header(head, "location"));
    }

    private static String header(String head, String name) {
        for (String line : head.split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return "";
    }

    private static Socket tls(Socket plain, HttpCall call) throws IOException {
        SSLSocket socket =
                (SSLSocket) trusting().getSocketFactory().createSocket(plain, call.host(), call.port(), true);
        socket.startHandshake();
        return socket;
    }

    private static synchronized SSLContext trusting() throws IOException {
        if (trusting == null) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new TrustAll()}, null);
                trusting = context;
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
        return trusting;
    }

    /** Probes and hooks do not verify: the rule of the API for scheme HTTPS. */
    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
