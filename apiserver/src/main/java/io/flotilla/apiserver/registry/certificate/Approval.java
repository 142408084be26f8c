package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;

/** {@code certificatesigningrequests/approval}: a request is approved or denied, for good. */
public final class Approval implements SubresourceHandler {

    @Override
    public ObjectNode read(WriteContext context) {
        return Changes.read(context);
    }

    @Override
    public ObjectNode update(WriteContext context, ObjectNode body) {
        return Changes.apply(context, body, request -> {
            ObjectNode old = request.deepCopy();
            Trees.restore(Trees.child(request, "status"), Trees.child(body, "status"), "conditions");
            SigningRequestStrategy.stamp(context, request, old);
            Findings findings = new Findings();
            SigningRequestRules.checkUpdate(Field.of(request), Field.of(old), true, findings);
            if (!findings.isEmpty()) {
                throw StatusException.invalid(
                        "certificates.k8s.io", "CertificateSigningRequest", context.name(), findings.list());
            }
            return request;
        });
    }
}
