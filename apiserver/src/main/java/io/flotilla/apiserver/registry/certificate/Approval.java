package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;

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
            for (String name : List.of("labels", "annotations")) {
                Trees.restore(Trees.child(request, "metadata"), Trees.child(body, "metadata"), name);
            }
            Trees.restore(Trees.child(request, "status"), Trees.child(body, "status"), "conditions");
            SigningRequestStrategy.stamp(context, request, old);
            Findings findings = new Findings();
            Metadata.checkUpdate(Field.of(request).at("metadata"), Field.of(old).at("metadata"), findings);
            SigningRequestRules.checkUpdate(Field.of(request), Field.of(old), true, findings);
            if (!findings.isEmpty()) {
                throw StatusException.invalid(
                        "certificates.k8s.io", "CertificateSigningRequest", context.name(), findings.list());
            }
            return request;
        });
    }
}
