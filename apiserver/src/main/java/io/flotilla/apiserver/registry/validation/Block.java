package io.flotilla.apiserver.registry.validation;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A block of addresses in CIDR notation.
 *
 * @param base the first address of the block, all host bits 0
 * @param prefixLength bits that all addresses of the block share
 */
public record Block(InetAddress base, int prefixLength) {

    /** Returns null for what is no block. Host bits may be set; they are cleared. */
    public static @Nullable Block tryParse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || slash + 1 == text.length() || text.length() - slash > 4) {
            return null;
        }
        InetAddress address = Addresses.tryParse(text.substring(0, slash));
        if (address == null) {
            return null;
        }
        for (int i = slash + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return null;
            }
        }
        int length = Integer.parseInt(text.substring(slash + 1));
        int bits = address.getAddress().length * 8;
        if (length > bits) {
            return null;
        }
        BigInteger value = number(address).shiftRight(bits - length).shiftLeft(bits - length);
        return new Block(address(value, bits / 8), length);
    }

    /**
     * Parses a block.
     *
     * @throws IllegalArgumentException where it is none
     */
    public static Block parse(String text) {
        Block block = tryParse(text);
        if (block == null) {
            throw new IllegalArgumentException("invalid CIDR address: " + text);
        }
        return block;
    }

    public boolean contains(InetAddress address) {
        int bits = base.getAddress().length * 8;
        return address.getAddress().length * 8 == bits
                && number(address).xor(number(base)).bitLength() <= bits - prefixLength;
    }

    public boolean contains(Block other) {
        return other.prefixLength >= prefixLength && contains(other.base);
    }

    /** Number of addresses, cut at the largest long. */
    public long size() {
        int hostBits = base.getAddress().length * 8 - prefixLength;
        return hostBits >= 63 ? Long.MAX_VALUE : 1L << hostBits;
    }

    /** The address at this distance from the first. */
    public InetAddress at(long offset) {
        return address(number(base).add(BigInteger.valueOf(offset)), base.getAddress().length);
    }

    public boolean isV4() {
        return Addresses.isV4(base);
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private static InetAddress address(BigInteger number, int length) {
        byte[] digits = number.toByteArray();
        byte[] bytes = new byte[length];
        int from = Math.max(0, digits.length - length);
        System.arraycopy(digits, from, bytes, length - (digits.length - from), digits.length - from);
        try {
            return InetAddress.getByAddress(Arrays.copyOf(bytes, length));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public String toString() {
        return base.getHostAddress() + "/" + prefixLength;
    }
}
