package io.flotilla.apiserver.authn;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;

/** How tokens are signed (RFC 7518, 3.1): which way, the kind of key says. */
enum TokenAlgorithm {
    RS256("SHA256withRSA"),
    ES256("SHA256withECDSAinP1363Format"),
    ES384("SHA384withECDSAinP1363Format"),
    ES512("SHA512withECDSAinP1363Format");

    private final String javaName;

    TokenAlgorithm(String javaName) {
        this.javaName = javaName;
    }

    static TokenAlgorithm of(Key key) {
        if (!(key instanceof ECKey curve)) {
            return RS256;
        }
        return switch (curve.getParams().getOrder().bitLength()) {
            case 256 -> ES256;
            case 384 -> ES384;
            case 521 -> ES512;
            default -> throw new IllegalArgumentException("unknown elliptic curve");
        };
    }

    byte[] sign(PrivateKey key, byte[] content) {
        try {
            Signature signature = Signature.getInstance(javaName);
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean verify(PublicKey key, byte[] content, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(javaName);
        signature.initVerify(key);
        signature.update(content);
        return signature.verify(signed);
    }
}
