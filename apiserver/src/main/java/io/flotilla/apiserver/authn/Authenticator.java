package io.flotilla.apiserver.authn;

import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells who asks, from what the transport knows of the client. */
public final class Authenticator {
    private static final String BEARER = "Bearer ";

    private final TokenAuthenticator tokens;
    private final RequestHeaders headers;

    /** Checks bearer tokens. */
    @FunctionalInterface
    public interface TokenAuthenticator {
        /**
         * Empty for a token that is not valid.
         *
         * @param warn hears what whoever shows it is to be told
         */
        Optional<User> authenticate(String token, Consumer<String> warn);
    }

    /** @param headers in which front proxies name users */
    public Authenticator(TokenAuthenticator tokens, RequestHeaders headers) {
        this.tokens = tokens;
        this.headers = headers;
    }

    /** As {@link #authenticate(Optional, String, Consumer)}, of a client that may be a proxy for the user whom headers name. */
    public Optional<User> authenticate(
            Optional<Peer> peer, String authorization, RequestHeaders.Sent sent, Consumer<String> warn) {
        Optional<User> named = peer.filter(Peer::isFrontProxy).flatMap(_ -> headers.user(sent));
        if (named.isPresent()) {
            return named;
        }
        Optional<X509Certificate> certified = peer.filter(Peer::isUser).map(Peer::certificate);
        if (peer.isPresent() && certified.isEmpty() && authorization.isEmpty()) {
            throw StatusException.unauthorized();
        }
        return authenticate(certified, authorization, warn);
    }

    /**
     * Returns the user; empty for a client that shows nothing.
     *
     * @param authorization the Authorization header, empty if there is none
     * @param warn hears what the client is to be told
     * @throws StatusException 401 for credentials that are not valid
     */
    public Optional<User> authenticate(Optional<X509Certificate> peer, String authorization, Consumer<String> warn) {
        if (peer.isPresent()) {
            return Optional.of(CertificateUsers.user(peer.get()));
        }
        if (authorization.isEmpty()) {
            return Optional.empty();
        }
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw StatusException.unauthorized();
        }
        String token = authorization.substring(BEARER.length()).strip();
        return Optional.of(tokens.authenticate(token, warn).orElseThrow(StatusException::unauthorized));
    }
}
