package io.flotilla.deploy.pki;

import io.flotilla.deploy.plan.PrivateFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority. Its own key is RSA, since each process of a lab verifies its signatures in a JVM that has just
 * started, where one on P-256 takes a hundred times as long; the keys that it certifies are of P-256, with which
 * handshakes, done by native code, are cheapest. Certificates hold for ten years, as those of a lab should.
 */
final class Authority {
    private static final Duration VALIDITY = Duration.ofDays(3650);

    /** A clock that is a little behind ours must not find a new certificate not yet valid. */
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);

    private final SecureRandom random;
    private final Instant now;
    private final X509CertificateHolder certificate;
    private final PrivateKey key;

    private Authority(SecureRandom random, Instant now, X509CertificateHolder certificate, PrivateKey key) {
        this.random = random;
        this.now = now;
        this.certificate = certificate;
        this.key = key;
    }

    /** A new authority with that RSA key, kept as {@code ca.crt} and {@code ca.key} in that directory. */
    static Authority create(Path directory, String name, KeyPair pair, Instant now, SecureRandom random)
            throws GeneralSecurityException, IOException {
        var subject = new X500NameBuilder().addRDN(BCStyle.CN, name).build();
        var builder = builder(subject, subject, pair, now, random)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .addExtension(
                        Extension.keyUsage,
                        true,
                        new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign | KeyUsage.cRLSign));
        var holder = sign(builder, pair.getPrivate());
        PrivateFile.write(directory.resolve("ca.crt"), Pem.encode("CERTIFICATE", holder.getEncoded()));
        PrivateFile.write(
                directory.resolve("ca.key"),
                Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()));
        return new Authority(random, now, holder, pair.getPrivate());
    }

    /** The authority kept in that directory, to certify processes that join later. */
    static Authority load(Path directory, Instant now, SecureRandom random)
            throws GeneralSecurityException, IOException {
        var certificate = Pem.decode("CERTIFICATE", Files.readString(directory.resolve("ca.crt")));
        var key = Pem.decode("PRIVATE KEY", Files.readString(directory.resolve("ca.key")));
        if (certificate.size() != 1 || key.size() != 1) {
            throw new IOException(directory + " holds no usable ca.crt and ca.key");
        }
        return new Authority(
                random,
                now,
                new X509CertificateHolder(certificate.getFirst()),
                KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key.getFirst())));
    }

    /** Certifies a new key for that identity, kept as {@code <file>.crt} and {@code <file>.key} in that directory. */
    void issue(Path directory, String file, Identity identity) throws GeneralSecurityException, IOException {
        var pair = newPair(random);
        var subject = new X500NameBuilder();
        if (!identity.group().isEmpty()) {
            subject.addRDN(BCStyle.O, identity.group());
        }
        subject.addRDN(BCStyle.CN, identity.name());
        var purposes = new ArrayList<KeyPurposeId>();
        purposes.add(KeyPurposeId.id_kp_clientAuth);
        if (!identity.hosts().isEmpty()) {
            purposes.add(KeyPurposeId.id_kp_serverAuth);
        }
        var builder = builder(certificate.getSubject(), subject.build(), pair, now, random)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)))
                .addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        extensions().createAuthorityKeyIdentifier(certificate.getSubjectPublicKeyInfo()));
        if (!identity.hosts().isEmpty()) {
            builder.addExtension(Extension.subjectAlternativeName, false, alternativeNames(identity.hosts()));
        }
        // The key first: a process finds either both or no certificate.
        PrivateFile.write(
                directory.resolve(file + ".key"),
                Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()));
        PrivateFile.write(
                directory.resolve(file + ".crt"),
                Pem.encode("CERTIFICATE", sign(builder, key).getEncoded()));
    }

    private static GeneralNames alternativeNames(List<String> hosts) {
        return new GeneralNames(hosts.stream()
                .map(host -> new GeneralName(
                        Character.isDigit(host.charAt(0)) || host.indexOf(':') >= 0
                                ? GeneralName.iPAddress
                                : GeneralName.dNSName,
                        host))
                .toArray(GeneralName[]::new));
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair pair, Instant now, SecureRandom random) throws IOException {
        var publicKey = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
        return new X509v3CertificateBuilder(
                        issuer,
                        new BigInteger(120, random).setBit(120),
                        Date.from(now.minus(CLOCK_SKEW)),
                        Date.from(now.plus(VALIDITY)),
                        subject,
                        publicKey)
                .addExtension(
                        Extension.subjectKeyIdentifier, false, extensions().createSubjectKeyIdentifier(publicKey));
    }

    private static BcX509ExtensionUtils extensions() {
        return new BcX509ExtensionUtils();
    }

    private static X509CertificateHolder sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(key));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /** A new key for signatures by ECDSA. */
    static KeyPair newPair(SecureRandom random) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }
}
