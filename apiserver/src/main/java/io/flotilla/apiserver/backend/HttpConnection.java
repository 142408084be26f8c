package io.flotilla.apiserver.backend;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** One HTTP/1.1 connection to another server, for one exchange; blocks. Not safe for several threads, but to close. */
public final class HttpConnection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int MAX_HEAD = 64 << 10;
    private static final int PIECE = 16 << 10;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final String authority;

    /**
     * How to speak TLS.
     *
     * @param serverName for whom the certificate must be; empty where that is not looked at
     */
    public record Tls(SSLContext context, Optional<String> serverName) {}

    /** A header; names of those received are in lower case. */
    public record Header(String name, String value) {}

    /**
     * Status line and headers of an answer.
     *
     * @param raw as it was received
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    public record Head(int code, List<Header> headers, byte[] raw) {
        /** The first header of the name, empty if there is none. */
        public String first(String name) {
            return headers.stream()
                    .filter(header -> header.name().equals(name))
                    .map(Header::value)
                    .findFirst()
                    .orElse("");
        }
    }

    /** Takes a body in pieces; may fail when nobody wants it any more. */
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] piece, int length) throws IOException;
    }

    private HttpConnection(Socket socket, String authority) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), PIECE);
        this.out = socket.getOutputStream();
        this.authority = authority;
    }

    /** Connects; empty TLS for plain text. The failure says so in the words of Go's client. */
    public static HttpConnection open(String host, int port, Optional<Tls> tls) throws IOException {
        String authority = authority(host, port);
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            return new HttpConnection(tls.isPresent() ? secure(socket, host, port, tls.get()) : socket, authority);
        } catch (IOException e) {
            socket.close();
            throw new IOException(NetworkFailures.dialing(e, authority), e);
        }
    }

    private static Socket secure(Socket plain, String host, int port, Tls tls) throws IOException {
        SSLSocket socket = (SSLSocket) tls.context()
                .getSocketFactory()
                .createSocket(plain, tls.serverName().orElse(host), port, true);
        if (tls.serverName().isPresent()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
        }
        return socket;
    }

    /** Host and port as they stand in a URL. */
    public static String authority(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    public String authority() {
        return authority;
    }

    /** Gives up on a server that says nothing for so long. */
    public void limitSilence(Duration silence) throws IOException {
        socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
    }

    /**
     * Sends a request; Host is added.
     *
     * @param target path and query
     * @param headers as they go over the wire, one character a byte
     */
    public void send(String method, String target, List<Header> headers, byte[] body) throws IOException {
        StringBuilder request = new StringBuilder(256)
                .append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(authority)
                .append("\r\n");
        headers.forEach(header -> request.append(header.name())
                .append(": ")
                .append(header.value())
                .append("\r\n"));
        request.append("\r\n");
        try {
            out.write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
        } catch (IOException e) {
            throw new IOException(NetworkFailures.words(e, authority), e);
        }
    }

    /** Reads the head of the answer, past those that say that another comes. */
    public Head receive() throws IOException {
        Head head = readHead();
        while (head.code() == 100) {
            head = readHead();
        }
        return head;
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

    /** Reads the body that follows a head, to its end. */
    public void body(Head head, Sink sink) throws IOException {
        try {
            if (head.first("transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
                for (long size = chunkSize(); size > 0; size = chunkSize()) {
                    copy(sink, size);
                    readLine();
                }
            } else if (!head.first("content-length").isEmpty()) {
                copy(sink, Long.parseLong(head.first("content-length")));
            } else {
                copy(sink, Long.MAX_VALUE);
            }
        } catch (NumberFormatException e) {
            throw new IOException("a length is malformed", e);
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

    private void copy(Sink sink, long length) throws IOException {
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
            sink.accept(piece, read);
            left -= read;
        }
    }

    /** Bytes from the other side, for a connection that is no longer HTTP. */
    public InputStream in() {
        return in;
    }

    /** Bytes to the other side, for a connection that is no longer HTTP. */
    public OutputStream out() {
        return out;
    }

    /** May be called by any thread: whoever reads or writes then fails. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
