package io.flotilla.apiserver.conformance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** A certificate authority for one test run, and those whom it certifies; all as files, as the server's flags want them. */
public final class Certificates {
    private static final X500Name NAME =
            new X500NameBuilder().addRDN(BCStyle.CN, "kubernetes").build();
    private static final char[] PASSWORD = {};

    private final Path directory;
    private final SecureRandom random = new SecureRandom();
    private final KeyPair pair;
    private final X509Certificate authority;

    public Certificates(Path directory) throws GeneralSecurityException, IOException {
        this.directory = directory;
        this.pair = newPair();
        this.authority =
                sign(builder(NAME, pair).addExtension(Extension.basicConstraints, true, new BasicConstraints(true)));
        write("ca.crt", "CERTIFICATE", authority.getEncoded());
    }

    public Path authority() {
        return directory.resolve("ca.crt");
    }

    Path certificate(String name) {
        return directory.resolve(fileName(name) + ".crt");
    }

    Path key(String name) {
        return directory.resolve(fileName(name) + ".key");
    }

    private static String fileName(String name) {
        return name.replace(':', '-');
    }

    /** Certifies someone; a server is certified for the loopback address as well, and for further names. */
    public Certificates issue(String name, List<String> groups, String... hosts)
            throws GeneralSecurityException, IOException {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        names.add(new GeneralName(GeneralName.dNSName, "localhost"));
        for (String host : hosts) {
            names.add(new GeneralName(GeneralName.dNSName, host));
        }
        KeyPair own = newPair();
        X500NameBuilder subject = new X500NameBuilder();
        groups.forEach(group -> subject.addRDN(BCStyle.O, group));
        X509Certificate certificate = sign(builder(
                        subject.addRDN(BCStyle.CN, name).build(), own)
                .addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new))));
        write(fileName(name) + ".crt", "CERTIFICATE", certificate.getEncoded());
        write(fileName(name) + ".key", "PRIVATE KEY", own.getPrivate().getEncoded());
        return this;
    }

    /** A new RSA key for tokens. */
    Path tokenKey() throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048, random);
        return write(
                "sa.key",
                "PRIVATE KEY",
                generator.generateKeyPair().getPrivate().getEncoded());
    }

    /** TLS that trusts the authority, and shows that identity's certificate if one is named. */
    public SSLContext context(Optional<String> identity) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("ca", authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, PASSWORD);
        if (identity.isPresent()) {
            own.setKeyEntry("own", readKey(identity.get()), PASSWORD, new X509Certificate[] {
                parse(Files.readAllBytes(certificate(identity.get())))
            });
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), random);
        return context;
    }

    private PrivateKey readKey(String name) throws GeneralSecurityException, IOException {
        String base64 = Files.readString(key(name)).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    }

    private Path write(String file, String label, byte[] der) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            pem.writeObject(new PemObject(label, der));
        }
        return Files.writeString(directory.resolve(file), text.toString());
    }

    private X509v3CertificateBuilder builder(X500Name subject, KeyPair of) {
        Instant now = Instant.now();
        return new X509v3CertificateBuilder(
                NAME,
                new BigInteger(120, random).setBit(120),
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(Duration.ofDays(1))),
                subject,
                SubjectPublicKeyInfo.getInstance(of.getPublic().getEncoded()));
    }

    private X509Certificate sign(X509v3CertificateBuilder builder) throws GeneralSecurityException, IOException {
        try {
            return parse(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                    .getEncoded());
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static X509Certificate parse(byte[] bytes) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
    }

    private KeyPair newPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }
}
