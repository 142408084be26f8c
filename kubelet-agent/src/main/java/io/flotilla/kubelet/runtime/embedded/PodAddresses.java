package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Hands out the addresses of a node's pod block, never one to two sandboxes at once, going round the block so that an
 * address rests as long as possible before it is used again: somebody may still be sending to its last owner. Block and
 * position survive a restart; which addresses are taken is told by the sandboxes that are adopted.
 */
public final class PodAddresses {

    private final Path cidrFile;
    private final Path lastFile;
    // Guarded by this.
    private Optional<Block> block;
    private long last;
    private final Set<String> taken = new HashSet<>();

    private record Block(long first, int prefix) {

        /** Addresses without the network's own, the first host (a gateway's, by custom) and the broadcast address. */
        long usable() {
            return Math.max(0, (1L << (32 - prefix)) - 3);
        }

        String address(long index) {
            long value = first + 2 + index;
            return (value >> 24) + "." + ((value >> 16) & 255) + "." + ((value >> 8) & 255) + "." + (value & 255);
        }
    }

    /** Reads what an earlier agent left in the directory. */
    public PodAddresses(Path directory) {
        cidrFile = directory.resolve("pod-cidr");
        lastFile = directory.resolve("last-address");
        block = StateFile.read(cidrFile).map(PodAddresses::parse);
        last = StateFile.read(lastFile).map(Long::parseLong).orElse(-1L);
    }

    /** Sets the block; addresses already handed out stay theirs. An empty one is ignored, as CRI asks. */
    public synchronized void setBlock(String cidr) {
        if (cidr.isEmpty()) {
            return;
        }
        Optional<Block> next = Optional.of(parse(cidr));
        if (!next.equals(block)) {
            block = next;
            last = -1;
            StateFile.write(cidrFile, cidr);
        }
    }

    public synchronized boolean ready() {
        return block.isPresent();
    }

    /** Marks an adopted sandbox's address as taken. */
    public synchronized void adopt(String address) {
        taken.add(address);
    }

    /** Takes the next free address. */
    public synchronized String take() {
        Block from = block.orElseThrow(
                () -> new RuntimeFault(Kind.REFUSED, "network is not ready: the node's pod CIDR is not known yet"));
        for (long step = 1; step <= from.usable(); step++) {
            long index = (last + step) % from.usable();
            if (taken.add(from.address(index))) {
                last = index;
                StateFile.write(lastFile, Long.toString(index));
                return from.address(index);
            }
        }
        throw new RuntimeFault(
                Kind.EXHAUSTED, "no free address: all " + from.usable() + " of the node's pod CIDR are taken");
    }

    public synchronized void release(String address) {
        taken.remove(address);
    }

    private static Block parse(String cidr) {
        String[] parts = cidr.split("/", 2);
        try {
            int prefix = parts.length == 2 ? Integer.parseInt(parts[1]) : -1;
            byte[] bytes = InetAddress.ofLiteral(parts[0]).getAddress();
            if (bytes.length == 4 && prefix >= 8 && prefix <= 30) {
                long value = 0;
                for (byte b : bytes) {
                    value = value << 8 | (b & 255);
                }
                return new Block(value & -(1L << (32 - prefix)), prefix);
            }
        } catch (IllegalArgumentException e) {
            throw new RuntimeFault(Kind.INVALID, "pod CIDR \"" + cidr + "\" is not an IPv4 block", e);
        }
        throw new RuntimeFault(Kind.INVALID, "pod CIDR \"" + cidr + "\" is not an IPv4 block of /8 to /30");
    }
}
