package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code certificatesigningrequests/approval}: a request is approved or denied, for good. */
public final class Approval implements SubresourceHandler {

    @Override
    public ObjectNode read(WriteContext context) {
        return Changes.read(context);
    }

    @Override
    public ObjectNode update(WriteContext context, ObjectNode body) {
        String now = context.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return Changes.apply(context, body, request -> {
            ObjectNode old = request.deepCopy();
            ObjectNode status = Trees.child(request, "status");
            Trees.restore(status, Trees.child(body, "status"), "conditions");
            for (JsonNode condition : status.path("conditions")) {
                if (condition instanceof ObjectNode object) {
                    Trees.putDefault(object, "lastUpdateTime", now);
                    Trees.putDefault(object, "lastTransitionTime", now);
                }
            }
            Findings findings = new Findings();
            check(Field.of(request).at("status", "conditions"), Field.of(old).at("status", "conditions"), findings);
            if (!findings.isEmpty()) {
                throw StatusException.invalid(
                        "certificates.k8s.io", "CertificateSigningRequest", context.name(), findings.list());
            }
            return request;
        });
    }

    private static void check(Field conditions, Field old, Findings findings) {
        for (String type : List.of("Approved", "Denied")) {
            boolean had = old.any(each -> each.text("type").equals(type));
            boolean has = conditions.any(each -> each.text("type").equals(type));
            if (had && !has) {
                findings.forbidden(conditions, "updates may not remove a condition of type \"" + type + "\"");
            }
        }
        boolean approved = conditions.any(each -> each.text("type").equals("Approved"));
        for (Field condition : conditions.items()) {
            if (approved && condition.text("type").equals("Denied")) {
                findings.invalid(condition.at("type"), "Approved and Denied conditions are mutually exclusive");
            }
        }
    }
}
