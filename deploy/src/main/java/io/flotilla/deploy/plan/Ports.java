package io.flotilla.deploy.plan;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which ports and addresses of this machine are free. */
public final class Ports {
    private Ports() {}

    /** Whether nothing listens there; what was there may still be in TIME_WAIT. */
    public static boolean isFree(String host, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port), 1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether no process listens on an address of that block. */
    static boolean isFree(Blocks blocks) {
        try {
            // The kernel prints addresses as hexadecimal in host order: the second octet is the third pair of digits.
            var first = Integer.parseInt(blocks.nodeAddress(1).split("\\.", -1)[1]);
            return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                    .skip(1)
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields.length > 3 && fields[3].equals("0A") && fields[1].startsWith("7F", 6))
                    .mapToInt(fields -> Integer.parseInt(fields[1].substring(4, 6), 16))
                    .noneMatch(octet -> octet >= first && octet < first + 4);
        } catch (IOException e) {
            return true;
        }
    }
}
