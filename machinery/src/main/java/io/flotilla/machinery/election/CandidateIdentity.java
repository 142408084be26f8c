package io.flotilla.machinery.election;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/** What a process calls itself when it competes for leadership. */
public final class CandidateIdentity {
    private CandidateIdentity() {}

    /**
     * A name that no other process ever has: host, pid and a random part, joined by underscores. The pid tells whoever reads
     * the Lease which process it is.
     */
    public static String ofThisProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            host = "localhost";
        }
        return host + "_" + ProcessHandle.current().pid() + "_" + UUID.randomUUID();
    }
}
