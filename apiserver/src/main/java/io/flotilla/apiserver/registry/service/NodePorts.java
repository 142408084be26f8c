package io.flotilla.apiserver.registry.service;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * Ports that services have on every node. All taken ports stand in one object, a bit for each port of the range, which
 * every API server changes by compare and swap: Kubernetes' own {@code /registry/ranges/servicenodeports}.
 */
public final class NodePorts {
    private static final String NAME = "servicenodeports";
    /** Where the map of taken ports is kept. */
    public static final ResourceInfo RANGES = new ResourceInfo(
            "",
            "v1",
            "rangeallocations",
            "RangeAllocation",
            "rangeallocation",
            false,
            Set.of(),
            List.of(),
            List.of(),
            "v1",
            "/registry/ranges",
            Set.of());

    private final int first;
    private final int last;
    private final RandomGenerator random;

    /** @param first and last port of the range, inclusive */
    public NodePorts(int first, int last, RandomGenerator random) {
        this.first = first;
        this.last = last;
        this.random = random;
    }

    /** The port cannot be had; the message is Kubernetes'. */
    static final class PortException extends Exception {
        private static final long serialVersionUID = 1L;

        PortException(String message) {
            super(message);
        }
    }

    void claim(ObjectStore store, int port) throws PortException {
        if (port < first || port > last) {
            throw new PortException("provided port is not in the valid range. The range of valid ports is " + range());
        }
        boolean[] taken = new boolean[1];
        change(store, bits -> {
            taken[0] = bits.testBit(port - first);
            return port - first;
        });
        if (taken[0]) {
            throw new PortException("provided port is already allocated");
        }
    }

    int claimAny(ObjectStore store) {
        int size = last - first + 1;
        int[] found = new int[1];
        change(store, bits -> {
            int start = random.nextInt(size);
            for (int i = 0; i < size; i++) {
                int offset = (start + i) % size;
                if (!bits.testBit(offset)) {
                    found[0] = first + offset;
                    return offset;
                }
            }
            throw StatusException.internal("failed to allocate a nodePort: range is full");
        });
        return found[0];
    }

    void release(ObjectStore store, int port) {
        if (port >= first && port <= last && store.get(RANGES, "", NAME).isPresent()) {
            store.update(RANGES, "", NAME, object -> write(object, bits(object).clearBit(port - first)));
        }
    }

    private void change(ObjectStore store, ToIntFunction<BigInteger> pick) {
        if (store.get(RANGES, "", NAME).isEmpty()) {
            make(store);
        }
        store.update(RANGES, "", NAME, object -> {
            BigInteger bits = bits(object);
            return write(object, bits.setBit(pick.applyAsInt(bits)));
        });
    }

    private void make(ObjectStore store) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", "v1");
        object.put("kind", "RangeAllocation");
        object.putObject("metadata").put("name", NAME);
        try {
            store.create(RANGES, write(object, BigInteger.ZERO));
        } catch (StatusException e) {
            if (!e.reason().equals("AlreadyExists")) {
                throw e;
            }
        }
    }

    private String range() {
        return first + "-" + last;
    }

    /** A map of another range is of no use: its bits mean other ports. */
    private BigInteger bits(ObjectNode object) {
        boolean ours = Trees.text(object, "range").equals(range());
        return ours ? new BigInteger(1, Base64.getDecoder().decode(Trees.text(object, "data"))) : BigInteger.ZERO;
    }

    private ObjectNode write(ObjectNode object, BigInteger bits) {
        object.put("range", range());
        object.put("data", Base64.getEncoder().encodeToString(bits.toByteArray()));
        return object;
    }
}
