package io.flotilla.apiserver.authn;

import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Users of client certificates: the common name is the user, the organizations are the groups; which certificate it was
 * is told by its fingerprint.
 */
final class CertificateUsers {
    private CertificateUsers() {}

    static User user(X509Certificate certificate) {
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                var attributes = rdn.toAttributes().getAll();
                while (attributes.hasMore()) {
                    var attribute = attributes.next();
                    String value = String.valueOf(attribute.get());
                    switch (attribute.getID().toUpperCase(Locale.ROOT)) {
                        case "CN" -> name = value;
                        case "O" -> groups.add(value);
                        default -> {}
                    }
                }
            }
        } catch (NamingException e) {
            throw StatusException.unauthorized();
        }
        if (name.isEmpty()) {
            throw StatusException.unauthorized();
        }
        groups.add(User.AUTHENTICATED);
        return new User(
                name, "", groups, Map.of(User.CREDENTIAL_ID, List.of("X509SHA256=" + fingerprint(certificate))));
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(hash);
        } catch (CertificateEncodingException e) {
            throw StatusException.unauthorized();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
