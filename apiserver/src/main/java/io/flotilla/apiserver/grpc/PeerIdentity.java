package io.flotilla.apiserver.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Makes the client's certificate known to the call. */
final class PeerIdentity implements ServerInterceptor {
    private static final Context.Key<Optional<X509Certificate>> PEER = Context.keyWithDefault("peer", Optional.empty());

    /** The certificate of the client of the current call. */
    static Optional<X509Certificate> current() {
        return PEER.get();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return Contexts.interceptCall(
                Context.current().withValue(PEER, peer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))),
                call,
                headers,
                next);
    }

    private static Optional<X509Certificate> peer(SSLSession session) {
        try {
            return Optional.of((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }
}
