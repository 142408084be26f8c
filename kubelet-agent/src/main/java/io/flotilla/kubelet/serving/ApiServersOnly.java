package io.flotilla.kubelet.serving;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Lets in API servers, known by their client certificate, and members of {@code system:masters}. */
final class ApiServersOnly implements ServerInterceptor {
    private static final String API_SERVER = "kube-apiserver-kubelet-client";
    private static final String MASTERS = "system:masters";

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        Optional<String> caller = session == null ? Optional.empty() : subject(session);
        if (caller.filter(ApiServersOnly::mayCall).isPresent()) {
            return next.startCall(call, headers);
        }
        call.close(
                Status.PERMISSION_DENIED.withDescription(
                        caller.orElse("a caller without a name") + " may not call a node's agent"),
                new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static Optional<String> subject(SSLSession session) {
        try {
            return Optional.of(session.getPeerPrincipal().getName());
        } catch (SSLPeerUnverifiedException _) {
            return Optional.empty();
        }
    }

    static boolean mayCall(String subject) {
        try {
            for (Rdn part : new LdapName(subject).getRdns()) {
                String value = String.valueOf(part.getValue());
                if ((part.getType().equalsIgnoreCase("CN") && value.equals(API_SERVER))
                        || (part.getType().equalsIgnoreCase("O") && value.equals(MASTERS))) {
                    return true;
                }
            }
            return false;
        } catch (InvalidNameException _) {
            return false;
        }
    }
}
