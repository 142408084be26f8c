package io.flotilla.apiserver.registry.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.SchedulingRules;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.ResourceNames;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Nodes. Their status may come with creation, since a node registers itself whole. */
public final class NodeStrategy extends KindStrategy {

    public NodeStrategy() {
        super(Names::subdomain, Shape.STATUS);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        JsonNode status = object.get("status");
        super.prepareForCreate(context, object);
        if (status != null) {
            object.set("status", status);
        }
    }

    @Override
    protected void check(WriteContext context, Field node, Findings findings) {
        SchedulingRules.checkTaints(node.at("spec", "taints").as("metadata.taints"), findings);
        checkResources(node, findings);
        checkBlocks(node.at("spec", "podCIDRs"), findings);
    }

    private static void checkResources(Field node, Findings findings) {
        for (String list : List.of("capacity", "allocatable")) {
            for (Field amount : node.at("status", list).entries()) {
                Field told = amount.as("status." + list + "." + amount.name());
                ResourceNames.checkAmount(told, amount.name(), findings);
            }
        }
    }

    private static void checkBlocks(Field blocks, Findings findings) {
        Set<String> seen = new HashSet<>();
        Set<Boolean> families = new HashSet<>();
        for (Field block : blocks.items()) {
            Addresses.checkBlock(block, block.text(), findings);
            Block parsed = Block.tryParse(block.text());
            if (parsed != null) {
                families.add(parsed.isV4());
            }
            if (!seen.add(block.text())) {
                findings.duplicate(block);
            }
        }
        if (blocks.size() > 2 || (blocks.size() == 2 && families.size() == 1)) {
            findings.invalid(blocks, "may specify no more than one CIDR for each IP family");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field node, Field old, Findings findings) {
        checkResources(node, findings);
        Set<String> addresses = new HashSet<>();
        for (Field address : node.at("status", "addresses").items()) {
            if (!addresses.add(address.text("type") + " " + address.text("address"))) {
                findings.duplicate(address);
            }
        }
        Field blocks = node.at("spec", "podCIDRs");
        Field oldBlocks = old.at("spec", "podCIDRs");
        if (oldBlocks.size() > 0 && !Trees.same(blocks.value(), oldBlocks.value())) {
            findings.forbidden(blocks, "node updates may not change podCIDR except from \"\" to valid");
        }
        String provider = old.at("spec").text("providerID");
        if (!provider.isEmpty() && !node.at("spec", "providerID").is(provider)) {
            findings.forbidden(
                    node.at("spec", "providerID"), "node updates may not change providerID except from \"\" to valid");
        }
        SchedulingRules.checkTaints(node.at("spec", "taints").as("metadata.taints"), findings);
        if (!node.at("spec").text("externalID").equals(old.at("spec").text("externalID"))) {
            findings.forbidden(node.at("spec", "externalID"), "may not be updated");
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field node, Field old, Findings findings) {
        checkUpdate(context, node, old, findings);
    }
}
