package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;

/** Requests for certificates. The server writes down who asks; after that the spec never changes. */
public final class SigningRequestStrategy extends KindStrategy {
    private static final int MIN_SECONDS = 600;

    public SigningRequestStrategy() {
        super(Names.PATH_SEGMENT, Shape.STATUS);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        ObjectNode spec = Trees.child(object, "spec");
        spec.remove(List.of("uid", "groups", "extra"));
        spec.put("username", context.user().name());
        if (!context.user().uid().isEmpty()) {
            spec.put("uid", context.user().uid());
        }
        ArrayNode groups = spec.putArray("groups");
        context.user().groups().forEach(groups::add);
        if (!context.user().extra().isEmpty()) {
            ObjectNode extra = spec.putObject("extra");
            context.user().extra().forEach((key, values) -> values.forEach(extra.withArray(key)::add));
        }
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        Trees.restore(object, old, "spec");
    }

    @Override
    protected void check(WriteContext context, Field request, Findings findings) {
        Field spec = request.at("spec");
        if (spec.text("request").isEmpty()) {
            findings.invalid(spec.at("request"), "", "PEM block type must be CERTIFICATE REQUEST");
        }
        if (spec.at("usages").isEmpty()) {
            findings.required(spec.at("usages"), "usages must be provided");
        }
        Field signer = spec.at("signerName");
        if (signer.isEmpty()) {
            findings.required(signer);
        } else if (signer.text().indexOf('/') <= 0) {
            findings.invalid(signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        }
        Field seconds = spec.at("expirationSeconds");
        if (seconds.isSet() && seconds.number() < MIN_SECONDS) {
            findings.invalid(seconds, "may not specify a duration less than 600 seconds (10 minutes)");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field request, Field old, Findings findings) {
        // Metadata only: spec and status were restored.
    }
}
