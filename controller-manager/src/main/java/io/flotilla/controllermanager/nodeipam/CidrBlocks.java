package io.flotilla.controllermanager.nodeipam;

import java.util.Optional;
import java.util.Set;

/** An IPv4 range cut into blocks of one size. */
record CidrBlocks(int first, int prefix, int blockPrefix) {

    /** Fails where the text is no IPv4 CIDR or the blocks are larger than the range. */
    static CidrBlocks of(String cidr, int blockPrefix) {
        String[] parts = cidr.split("/", 2);
        String[] octets = parts[0].split("\\.");
        try {
            int prefix = Integer.parseInt(parts[1]);
            int address = 0;
            for (String octet : octets) {
                int value = Integer.parseInt(octet);
                if (value < 0 || value > 255) {
                    throw new NumberFormatException(octet);
                }
                address = address << 8 | value;
            }
            if (octets.length != 4 || prefix < 1 || prefix > 32) {
                throw new NumberFormatException(cidr);
            }
            if (blockPrefix < prefix || blockPrefix > 30) {
                throw new IllegalArgumentException(
                        "--node-cidr-mask-size must be between " + prefix + " and 30 for --cluster-cidr " + cidr);
            }
            return new CidrBlocks(address & -1 << (32 - prefix), prefix, blockPrefix);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("--cluster-cidr: \"" + cidr + "\" is not an IPv4 CIDR", e);
        }
    }

    /** Returns the first block that is not among the used ones. */
    Optional<String> firstFree(Set<String> used) {
        int count = 1 << (blockPrefix - prefix);
        for (int i = 0; i < count; i++) {
            String block = text(first + (i << (32 - blockPrefix)));
            if (!used.contains(block)) {
                return Optional.of(block);
            }
        }
        return Optional.empty();
    }

    private String text(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255)
                + "/" + blockPrefix;
    }
}
