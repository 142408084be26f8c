package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.backend.HttpConnection;
import io.flotilla.apiserver.backend.HttpConnection.Head;
import io.flotilla.apiserver.backend.HttpConnection.Header;
import io.flotilla.apiserver.backend.TrustAnyone;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One exchange with what a request is proxied to; blocks. */
final class ProxyConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyConnection.class);

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

    private final HttpConnection to;

    /**
     * What changes about a request on its way.
     *
     * @param target path and query there
     * @param prefix path here that stands for the root there
     * @param withheld names, in lower case, of the client's headers that are not passed on
     * @param added headers
     */
    record Passing(String target, String prefix, Predicate<String> withheld, List<Header> added) {
        Passing(String target, String prefix) {
            this(target, prefix, _ -> false, List.of());
        }
    }

    ProxyConnection(HttpConnection to) {
        this.to = to;
    }

    /** As in Kubernetes, whom a pod's certificate names is not looked at: it has no name that a CA could know. */
    static ProxyConnection open(ProxyTarget to) throws IOException {
        Optional<HttpConnection.Tls> tls = to.tls()
                ? Optional.of(new HttpConnection.Tls(TrustAnyone.context(null), Optional.empty()))
                : Optional.empty();
        return new ProxyConnection(HttpConnection.open(to.host(), to.port(), tls));
    }

    /** Passes a request on, and the answer back. When the client goes, so does the connection. */
    void pass(Exchange exchange, Passing passing) throws IOException {
        exchange.onEnd(this::hangUp);
        boolean upgrade = !exchange.header("upgrade").isEmpty() && ProxyUpgrade.isPossible(exchange);
        to.send(
                exchange.method(),
                passing.target(),
                headers(exchange, passing, upgrade),
                exchange.body().bytes());
        Head head = to.receive();
        if (head.code() == 101 && upgrade) {
            ProxyUpgrade.run(exchange, head.raw(), to);
            return;
        }
        for (Header header : head.headers()) {
            if (!DROPPED.contains(header.name()) && !header.name().equals("audit-id")) {
                boolean local =
                        header.name().equals("location") && header.value().startsWith("/");
                exchange.addHeader(header.name(), local ? passing.prefix() + header.value() : header.value());
            }
        }
        answer(exchange, head);
    }

    private static List<Header> headers(Exchange exchange, Passing passing, boolean upgrade) {
        List<Header> headers = new ArrayList<>();
        exchange.forEachHeader((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!DROPPED.contains(lower)
                    && !Impersonation.isImpersonation(lower)
                    && !passing.withheld().test(lower)) {
                headers.add(new Header(name, value));
            }
        });
        headers.addAll(passing.added());
        headers.add(new Header("X-Forwarded-Uri", passing.prefix() + passing.target()));
        headers.add(new Header("X-Forwarded-Host", exchange.header("host")));
        int length = exchange.body().bytes().length;
        if (length > 0 || exchange.method().equals("POST") || exchange.method().equals("PUT")) {
            headers.add(new Header("Content-Length", Integer.toString(length)));
        }
        headers.add(new Header("Connection", upgrade ? "Upgrade" : "close"));
        if (upgrade) {
            headers.add(new Header("Upgrade", exchange.header("upgrade")));
        }
        return headers;
    }

    private void answer(Exchange exchange, Head head) {
        int code = head.code();
        if (exchange.method().equals("HEAD") || code == 204 || code == 304) {
            exchange.respond(code, Unpooled.EMPTY_BUFFER);
            return;
        }
        BlockingBody body = new BlockingBody(exchange, code);
        try {
            to.body(head, body::write);
            body.end();
        } catch (IOException e) {
            // The answer has begun: all that can be said is that it is broken.
            body.abort();
        }
    }

    private void hangUp() {
        try {
            to.close();
        } catch (IOException e) {
            LOG.debug("a proxied connection broke: {}", e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        to.close();
    }
}
