package io.flotilla.apiserver.registry.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Services. What depends on the type is filled in and cleared here; addresses and ports are claimed last, when the
 * service is known to be valid, by {@link ServiceClaims}.
 */
public final class ServiceStrategy extends KindStrategy {
    private final ClusterAddresses addresses;
    private final NodePorts nodePorts;
    private final boolean loopbackIsOrdinary;

    /** @param loopbackIsOrdinary whether pods of this cluster have addresses in 127/8 */
    public ServiceStrategy(ClusterAddresses addresses, NodePorts nodePorts, boolean loopbackIsOrdinary) {
        super(Names::dns1035Label, Shape.STATUS);
        this.addresses = addresses;
        this.nodePorts = nodePorts;
        this.loopbackIsOrdinary = loopbackIsOrdinary;
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        object.putObject("status").putObject("loadBalancer");
        ObjectNode spec = Trees.child(object, "spec");
        if (!Trees.text(spec, "clusterIP").isEmpty() && spec.path("clusterIPs").isEmpty()) {
            spec.putArray("clusterIPs").add(Trees.text(spec, "clusterIP"));
        }
        fillFamilies(spec);
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        ObjectNode spec = Trees.child(object, "spec");
        ObjectNode before = Trees.child(old, "spec");
        followClusterIp(spec, before);
        ServiceTypeChange.keepAllocated(spec, before);
        ServiceTypeChange.dropWhatTypeForbids(spec, before);
        fillFamilies(spec);
    }

    /** Writers that know one field only change that one: the other follows. */
    private static void followClusterIp(ObjectNode spec, ObjectNode before) {
        String ip = Trees.text(spec, "clusterIP");
        boolean changed = !ip.equals(Trees.text(before, "clusterIP"));
        boolean left =
                spec.path("clusterIPs").isEmpty() || Trees.same(spec.path("clusterIPs"), before.path("clusterIPs"));
        if (changed && left) {
            spec.remove("clusterIPs");
            if (!ip.isEmpty()) {
                spec.putArray("clusterIPs").add(ip);
            }
        }
    }

    /** The families of a cluster with one block of addresses. */
    private void fillFamilies(ObjectNode spec) {
        if (Trees.text(spec, "type").equals("ExternalName")) {
            return;
        }
        boolean headless = ServiceRules.isHeadless(Field.of(spec));
        boolean anyFamily = headless && spec.path("selector").isEmpty();
        if (spec.path("ipFamilies").isEmpty()) {
            ArrayNode families = spec.putArray("ipFamilies").add(addresses.family());
            if (anyFamily && !Trees.text(spec, "ipFamilyPolicy").equals("SingleStack")) {
                families.add(addresses.family().equals("IPv4") ? "IPv6" : "IPv4");
            }
        }
        Trees.putDefault(spec, "ipFamilyPolicy", anyFamily ? "RequireDualStack" : "SingleStack");
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        ServiceWarnings.give(Field.of(object), context.warn());
    }

    @Override
    protected void check(WriteContext context, Field service, Findings findings) {
        ServiceRules.check(service, loopbackIsOrdinary, findings);
        checkFamilies(service.at("spec"), findings);
    }

    private void checkFamilies(Field spec, Findings findings) {
        boolean anyFamily = ServiceRules.isHeadless(spec) && spec.at("selector").isEmpty();
        if (spec.at("type").is("ExternalName") || anyFamily) {
            return;
        }
        if (spec.at("ipFamilyPolicy").is("RequireDualStack")) {
            findings.invalid(spec.at("ipFamilyPolicy"), "this cluster is not configured for dual-stack services");
        }
        for (Field family : spec.at("ipFamilies").items()) {
            if (!family.is(addresses.family()) && List.of("IPv4", "IPv6").contains(family.text())) {
                findings.invalid(family, "not configured on this cluster");
            }
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field service, Field old, Findings findings) {
        Field spec = service.at("spec");
        Field before = old.at("spec");
        ServiceAddressRules.checkUpdate(spec, before, findings);
        boolean balanced =
                spec.at("type").is("LoadBalancer") && before.at("type").is("LoadBalancer");
        if (balanced && !spec.text("loadBalancerClass").equals(before.text("loadBalancerClass"))) {
            findings.invalid(spec.at("loadBalancerClass"), spec.text("loadBalancerClass"), "may not change once set");
        }
        if (ServiceRules.needsHealthCheck(spec)
                && ServiceRules.needsHealthCheck(before)
                && spec.number("healthCheckNodePort") != before.number("healthCheckNodePort")) {
            findings.forbidden(spec.at("healthCheckNodePort"), Findings.IMMUTABLE);
        }
        check(context, service, findings);
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field service, Field old, Findings findings) {
        ServiceRules.checkBalancerStatus(service, findings);
    }

    @Override
    public Runnable beforeCreate(WriteContext context, ObjectNode object) {
        ServiceClaims claims = new ServiceClaims(context, object, addresses, nodePorts);
        claims.claim(object.objectNode());
        return claims::giveBack;
    }

    @Override
    public Runnable beforeUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        ServiceClaims claims = new ServiceClaims(context, object, addresses, nodePorts);
        claims.claim(Trees.child(old, "spec"));
        return claims::giveBack;
    }

    @Override
    public boolean followsUpdates() {
        return true;
    }

    @Override
    public void afterUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        ServiceClaims.release(context, old, Trees.child(object, "spec"), addresses, nodePorts);
    }

    @Override
    public void afterDelete(WriteContext context, Supplier<ObjectNode> object) {
        ServiceClaims.release(context, object.get(), JsonNodeFactory.instance.objectNode(), addresses, nodePorts);
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }
}
