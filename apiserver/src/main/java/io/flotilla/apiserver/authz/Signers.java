package io.flotilla.apiserver.authz;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may approve requests for certificates and who may sign them: those allowed the verb on the request's signer, by
 * its name or as one of its domain.
 */
public final class Signers {
    private static final String GROUP = "certificates.k8s.io";
    private static final String REQUESTS = "certificatesigningrequests";

    private final Supplier<Authorizer> authorizer;

    public Signers(Supplier<Authorizer> authorizer) {
        this.authorizer = authorizer;
    }

    /** The handler, for those who may approve (plugin CertificateApproval). */
    public SubresourceHandler approval(SubresourceHandler handler) {
        return new SubresourceHandler() {
            @Override
            public ObjectNode read(WriteContext context) {
                return handler.read(context);
            }

            @Override
            public ObjectNode update(WriteContext context, ObjectNode body) {
                check(context, Changes.read(context), "approve");
                return handler.update(context, body);
            }
        };
    }

    /** Refuses certificates and conditions of those who may not sign (plugin CertificateSigning). */
    public Admission signing() {
        return new Admission() {
            @Override
            public String name() {
                return "CertificateSigning";
            }

            @Override
            public boolean handles(String group, String resource) {
                return group.equals(GROUP) && resource.equals(REQUESTS);
            }

            @Override
            public boolean handlesStatus() {
                return true;
            }

            @Override
            public Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
                // Updates of the request itself leave its status alone.
                if (old != null && changes(object, old)) {
                    check(context, old, "sign");
                }
                return () -> {};
            }
        };
    }

    private static boolean changes(ObjectNode object, ObjectNode old) {
        return List.of("certificate", "conditions").stream()
                .anyMatch(name -> !Trees.same(
                        object.path("status").get(name), old.path("status").get(name)));
    }

    private void check(WriteContext context, ObjectNode request, String verb) {
        String signer = request.path("spec").path("signerName").asText("");
        String domain = signer.substring(0, Math.max(signer.indexOf('/'), 0));
        if (!isAllowed(context, verb, signer) && !isAllowed(context, verb, domain + "/*")) {
            throw StatusException.forbidden(
                    context.resource(),
                    context.name(),
                    "user not permitted to " + verb + " requests with signerName \"" + signer + "\"");
        }
    }

    private boolean isAllowed(WriteContext context, String verb, String signer) {
        return authorizer
                .get()
                .authorize(context.user(), new Attributes(verb, GROUP, "*", "signers", "", "", signer, ""))
                .allowed();
    }
}
