package io.flotilla.apiserver.backend;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** What went wrong on the way to another server, as Go's client tells it. */
public final class NetworkFailures {
    private NetworkFailures() {}

    /** Tells a failure; the authority is the host and port that were dialed. */
    public static String words(Throwable failure, String authority) {
        String dialed = "dial tcp " + authority + ": ";
        for (Throwable each = failure; each != null; each = each.getCause()) {
            switch (each) {
                case CertPathBuilderException _ -> {
                    return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
                }
                case ConnectException e -> {
                    String why = String.valueOf(e.getMessage());
                    return dialed
                            + (why.startsWith("Connection refused")
                                    ? "connect: connection refused"
                                    : why.contains("timed out") ? "i/o timeout" : "connect: " + why);
                }
                case Throwable _ -> {}
            }
        }
        String why = String.valueOf(failure.getMessage());
        return failure.getCause() instanceof SSLException || failure instanceof SSLException
                ? "tls: failed to verify certificate: " + why
                : why;
    }

    /** As {@link #words}, for a connection that could not even be made. */
    static String dialing(IOException failure, String authority) {
        if (failure instanceof ConnectException) {
            return words(failure, authority);
        }
        String why = failure instanceof SocketTimeoutException
                ? "i/o timeout"
                : "connect: " + String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return "dial tcp " + authority + ": " + why;
    }
}
