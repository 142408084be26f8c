package io.flotilla.apiserver.rest;

import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** One HTTP/1.1 exchange with what a request is proxied to; blocks. */
final class ProxyConnection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int MAX_HEAD = 64 << 10;
    private static final int PIECE = 16 << 10;

    /** Headers that concern one connection only, and the credentials, which were meant for this server. */
    private static final Set<String> DROPPED = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "host",
            "content-length",
            "authorization");

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final String authority;

    private record Header(String name, String value) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    private record Head(int code, List<Header> headers, byte[] raw) {
        String first(String name) {
            return headers.stream()
                    .filter(header -> header.name().equals(name))
                    .map(Header::value)
                    .findFirst()
                    .orElse("");
        }
    }

    private ProxyConnection(Socket socket, String authority) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), PIECE);
        this.out = socket.getOutputStream();
        this.authority = authority;
    }

    static ProxyConnection open(ProxyTarget to) throws IOException {
        String authority = to.host() + ":" + to.port();
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(to.host(), to.port()), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            return new ProxyConnection(
                    to.tls() ? tls().getSocketFactory().createSocket(socket, to.host(), to.port(), true) : socket,
                    authority);
        } catch (IOException e) {
            socket.close();
            throw new IOException("dial tcp " + authority + ": connect: " + words(e), e);
        }
    }

    private static String words(IOException failure) {
        return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    }

    /** As in Kubernetes, whom a pod's certificate names is not looked at: it has no name that a CA could know. */
    private static SSLContext tls() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAnyone()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static final class TrustAnyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /**
     * Passes a request on, and the answer back.
     *
     * @param target path and query there
     * @param prefix path here that stands for the root there
     */
    void pass(Exchange exchange, String target, String prefix) throws IOException {
        boolean upgrade = !exchange.header("upgrade").isEmpty() && ProxyUpgrade.isPossible(exchange);
        send(exchange, target, prefix, upgrade);
        Head head = readHead();
        while (head.code() == 100) {
            head = readHead();
        }
        if (head.code() == 101 && upgrade) {
            ProxyUpgrade.run(exchange, head.raw(), socket, in, out);
            return;
        }
        for (Header header : head.headers()) {
            if (!DROPPED.contains(header.name()) && !header.name().equals("audit-id")) {
                boolean local =
                        header.name().equals("location") && header.value().startsWith("/");
                exchange.addHeader(header.name(), local ? prefix + header.value() : header.value());
            }
        }
        answer(exchange, head);
    }

    private void send(Exchange exchange, String target, String prefix, boolean upgrade) throws IOException {
        StringBuilder request = new StringBuilder(256)
                .append(exchange.method())
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(authority)
                .append("\r\n");
        exchange.forEachHeader((name, value) -> {
            if (!DROPPED.contains(name.toLowerCase(Locale.ROOT))) {
                request.append(name).append(": ").append(value).append("\r\n");
            }
        });
        request.append("X-Forwarded-Uri: ").append(prefix).append(target).append("\r\n");
        request.append("X-Forwarded-Host: ").append(exchange.header("host")).append("\r\n");
        byte[] body = exchange.body().bytes();
        if (body.length > 0
                || exchange.method().equals("POST")
                || exchange.method().equals("PUT")) {
            request.append("Content-Length: ").append(body.length).append("\r\n");
        }
        request.append(
                upgrade
                        ? "Connection: Upgrade\r\nUpgrade: " + exchange.header("upgrade") + "\r\n\r\n"
                        : "Connection: close\r\n\r\n");
        out.write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    private Head readHead() throws IOException {
        ByteArrayOutputStream raw = new ByteArrayOutputStream(512);
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                throw new IOException(raw.size() == 0 ? "EOF" : "unexpected EOF");
            }
            raw.write(next);
            matched = next == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : next == '\r' ? 1 : 0;
            if (raw.size() > MAX_HEAD) {
                throw new IOException("the head of the answer is too large");
            }
        }
        String[] lines = raw.toString(StandardCharsets.ISO_8859_1).split("\r\n");
        String[] status = lines[0].split(" ", 3);
        int code;
        try {
            code = Integer.parseInt(status.length > 1 ? status[1] : "");
        } catch (NumberFormatException e) {
            throw new IOException("malformed HTTP response " + lines[0], e);
        }
        List<Header> headers = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.add(new Header(
                        lines[i].substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip()));
            }
        }
        return new Head(code, headers, raw.toByteArray());
    }

    private void answer(Exchange exchange, Head head) throws IOException {
        int code = head.code();
        if (exchange.method().equals("HEAD") || code == 204 || code == 304) {
            exchange.respond(code, Unpooled.EMPTY_BUFFER);
            return;
        }
        BlockingBody body = new BlockingBody(exchange, code);
        try {
            if (head.first("transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
                while (true) {
                    long size = chunkSize();
                    if (size == 0) {
                        break;
                    }
                    copy(body, size);
                    readLine();
                }
            } else if (!head.first("content-length").isEmpty()) {
                copy(body, Long.parseLong(head.first("content-length")));
            } else {
                copy(body, Long.MAX_VALUE);
            }
            body.end();
        } catch (IOException | NumberFormatException e) {
            // The answer has begun: all that can be said is that it is broken.
            body.abort();
        }
    }

    private long chunkSize() throws IOException {
        String line = readLine();
        int semicolon = line.indexOf(';');
        return Long.parseLong((semicolon < 0 ? line : line.substring(0, semicolon)).strip(), 16);
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() > 256) {
                throw new IOException("a chunk is malformed");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private void copy(BlockingBody body, long length) throws IOException {
        byte[] piece = new byte[PIECE];
        long left = length;
        while (left > 0) {
            int read = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (read < 0) {
                if (length == Long.MAX_VALUE) {
                    return;
                }
                throw new IOException("unexpected EOF");
            }
            body.write(piece, read);
            left -= read;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
