package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Conversion;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of a defined kind: those of its schema in the version that is asked for. */
final class CustomStrategy extends KindStrategy {
    private final CustomVersion version;
    private final Conversion conversion;
    private final boolean terminating;
    private final ObjectRules rules;

    /** @param terminating whether the definition is on its way out: no more objects then */
    CustomStrategy(CustomVersion version, Conversion conversion, boolean terminating) {
        super(Names::subdomain, version.version().status() ? Shape.STATUS_AND_GENERATION : Shape.GENERATION);
        this.version = version;
        this.conversion = conversion;
        this.terminating = terminating;
        this.rules = new ObjectRules(version.version().schema());
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        if (terminating) {
            StatusException refusal = StatusException.methodNotSupported(context.resource(), "create");
            throw new StatusException(
                    refusal.code(),
                    refusal.reason(),
                    "create not allowed while custom resource definition is terminating",
                    refusal.details());
        }
        super.prepareForCreate(context, object);
    }

    /** An update of the status changes nothing else, labels included. */
    @Override
    public void prepareForStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForStatusUpdate(context, object, old);
        ObjectNode metadata = Trees.child(object, "metadata");
        ObjectNode kept = Trees.child(old, "metadata").deepCopy();
        Trees.restore(kept, metadata, "managedFields");
        Trees.restore(kept, metadata, "resourceVersion");
        object.set("metadata", kept);
    }

    @Override
    protected void check(WriteContext context, Field object, Findings findings) {
        check(object.object(), null, findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field object, Field old, Findings findings) {
        check(object.object(), old.object(), findings);
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field object, Field old, Findings findings) {
        check(object.object(), old.object(), findings);
    }

    private void check(ObjectNode object, @Nullable ObjectNode old, Findings findings) {
        ObjectNode served = object;
        ObjectNode before = old;
        if (!version.info().isStorageVersion()) {
            served = object.deepCopy();
            before = old == null ? null : old.deepCopy();
            conversion.allFromStorage(
                    before == null ? List.of(served) : List.of(served, before),
                    version.info().apiVersion());
        }
        rules.check(served, before).forEach(findings::add);
    }

    /** Handlers of the subresources that are more than a view on writing the object. */
    Map<String, SubresourceHandler> handlers() {
        return version.version().scale().isObject()
                ? Map.of("scale", new CustomScale(version.version().scale(), this, version.replicasPaths()))
                : Map.of();
    }

    /** Findings of an update that a subresource makes. */
    List<FieldError> findings(ObjectNode object, ObjectNode old) {
        Findings findings = new Findings();
        check(object, old, findings);
        return findings.list();
    }
}
