package io.flotilla.apiserver.authn;

import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** Tells who asks, from what the transport knows of the client. */
public final class Authenticator {
    private static final String BEARER = "Bearer ";

    private final TokenAuthenticator tokens;

    /** Checks bearer tokens. */
    @FunctionalInterface
    public interface TokenAuthenticator {
        /** Empty for a token that is not valid. */
        Optional<User> authenticate(String token);
    }

    public Authenticator(TokenAuthenticator tokens) {
        this.tokens = tokens;
    }

    /**
     * Returns the user; empty for a client that shows nothing.
     *
     * @param authorization the Authorization header, empty if there is none
     * @throws StatusException 401 for credentials that are not valid
     */
    public Optional<User> authenticate(Optional<X509Certificate> peer, String authorization) {
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
        return Optional.of(tokens.authenticate(token).orElseThrow(StatusException::unauthorized));
    }
}
