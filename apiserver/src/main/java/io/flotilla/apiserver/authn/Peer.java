package io.flotilla.apiserver.authn;

import java.security.cert.X509Certificate;

/**
 * A client that has shown a certificate.
 *
 * @param isUser whether the certificate names a user of the cluster
 * @param isFrontProxy whether its owner is believed when it names users in headers
 */
public record Peer(X509Certificate certificate, boolean isUser, boolean isFrontProxy) {}
