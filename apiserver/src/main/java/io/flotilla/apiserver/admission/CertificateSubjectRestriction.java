package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.certificate.SigningRequest;
import org.jspecify.annotations.Nullable;

/** Refuses requests for client certificates of the group that may do everything. */
public final class CertificateSubjectRestriction implements Admission {
    private static final String SIGNER = "kubernetes.io/kube-apiserver-client";
    private static final String ALMIGHTY = "system:masters";

    @Override
    public String name() {
        return "CertificateSubjectRestriction";
    }

    @Override
    public boolean handles(String group, String resource) {
        return group.equals("certificates.k8s.io") && resource.equals("certificatesigningrequests");
    }

    @Override
    public Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old == null
                && object.path("spec").path("signerName").asText().equals(SIGNER)
                && SigningRequest.parse(object.path("spec").path("request"))
                        .organizations()
                        .contains(ALMIGHTY)) {
            throw PodAdmission.forbidden(
                    context, object, "use of " + SIGNER + " signer with " + ALMIGHTY + " group is not allowed");
        }
        return () -> {};
    }
}
