package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a request for a certificate may say, and what may become of it. */
final class SigningRequestRules {
    private static final int MIN_SECONDS = 600;
    private static final int MAX_DOMAIN = 253;
    private static final int MAX_SIGNER = 571;
    private static final String LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
    private static final Set<String> USAGES = new TreeSet<>(Set.of(
            "signing",
            "digital signature",
            "content commitment",
            "key encipherment",
            "key agreement",
            "data encipherment",
            "cert sign",
            "crl sign",
            "encipher only",
            "decipher only",
            "any",
            "server auth",
            "client auth",
            "code signing",
            "email protection",
            "s/mime",
            "ipsec end system",
            "ipsec tunnel",
            "ipsec user",
            "timestamping",
            "ocsp signing",
            "microsoft sgc",
            "netscape sgc"));
    private static final Set<String> DECISIONS = Set.of("Approved", "Denied");
    private static final List<String> LASTING = List.of("Approved", "Denied", "Failed");

    private SigningRequestRules() {}

    static void checkSpec(Field spec, Findings findings) {
        checkRequest(spec.at("request"), findings);
        checkUsages(spec.at("usages"), findings);
        Field signer = spec.at("signerName");
        if (signer.is(LEGACY_SIGNER)) {
            findings.invalid(signer, "the legacy signerName is not allowed via this API version");
        } else {
            checkSigner(signer, findings);
        }
        Field seconds = spec.at("expirationSeconds");
        if (seconds.isSet() && seconds.number() < MIN_SECONDS) {
            findings.invalid(seconds, "may not specify a duration less than 600 seconds (10 minutes)");
        }
    }

    private static void checkRequest(Field request, Findings findings) {
        try {
            SigningRequest.parse(request.value())
                    .signatureError()
                    .ifPresent(wrong -> findings.invalid(request, request.text(), wrong));
        } catch (IllegalArgumentException e) {
            findings.invalid(request, request.text(), String.valueOf(e.getMessage()));
        }
    }

    private static void checkUsages(Field usages, Findings findings) {
        if (usages.isEmpty()) {
            findings.required(usages);
        }
        for (Field usage : usages.items()) {
            findings.oneOf(usage, USAGES);
        }
        Set<String> seen = new HashSet<>();
        for (Field usage : usages.items()) {
            if (!seen.add(usage.text())) {
                findings.duplicate(usage);
            }
        }
    }

    /** A signer is a path within a domain: labels separated by dots on both sides of one slash. */
    private static void checkSigner(Field signer, Findings findings) {
        String[] parts = signer.text().split("/", -1);
        if (signer.isEmpty()) {
            findings.required(signer);
            return;
        }
        if (parts.length != 2) {
            findings.invalid(signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }
        if (parts[0].length() > MAX_DOMAIN) {
            findings.tooLong(signer, MAX_DOMAIN);
        }
        checkLabels(signer, parts[0], Names::label, findings);
        if (parts[0].indexOf('.') < 0) {
            findings.invalid(signer, parts[0], "should be a domain with at least two segments separated by dots");
        }
        checkLabels(signer, parts[1], Names::subdomain, findings);
        if (signer.text().length() > MAX_SIGNER) {
            findings.tooLong(signer, MAX_SIGNER);
        }
    }

    private static void checkLabels(Field signer, String part, Names.Rule rule, Findings findings) {
        for (String label : part.split("\\.", -1)) {
            List<String> wrong = rule.check(label);
            for (String each : wrong) {
                findings.invalid(signer, part, "validating label \"" + label + "\": " + each);
            }
            if (!wrong.isEmpty()) {
                return;
            }
        }
    }

    /**
     * Checks an update of the status.
     *
     * @param decides whether this is the approval: only that adds decisions, and it adds no certificate
     */
    static void checkUpdate(Field request, Field old, boolean decides, Findings findings) {
        Field conditions = request.at("status", "conditions");
        Field before = old.at("status", "conditions");
        Field certificate = request.at("status", "certificate");
        Field had = old.at("status", "certificate");
        boolean sameCertificate = Trees.same(certificate.value(), had.value());
        checkConditions(conditions, before, findings);
        if (!sameCertificate && certificateError(had.value()).isEmpty()) {
            certificateError(certificate.value())
                    .ifPresent(wrong -> findings.invalid(certificate, "<certificate data>", wrong));
        }
        for (String type : LASTING) {
            if (count(conditions, type) < count(before, type)) {
                findings.forbidden(conditions, "updates may not remove a condition of type \"" + type + "\"");
            }
        }
        for (String type : decides ? List.<String>of() : List.of("Approved", "Denied")) {
            int change = count(conditions, type) - count(before, type);
            if (change > 0) {
                findings.forbidden(conditions, "updates may not add a condition of type \"" + type + "\"");
            } else if (change == 0 && !of(conditions, type).equals(of(before, type))) {
                findings.forbidden(conditions, "updates may not modify a condition of type \"" + type + "\"");
            }
        }
        if (!sameCertificate && decides) {
            findings.forbidden(certificate, "updates may not set certificate content");
        } else if (!sameCertificate && !had.isEmpty()) {
            findings.forbidden(certificate, "updates may not modify existing certificate content");
        }
    }

    private static List<JsonNode> of(Field conditions, String type) {
        return conditions.items().stream()
                .filter(each -> each.at("type").is(type))
                .map(Field::value)
                .toList();
    }

    private static int count(Field conditions, String type) {
        return of(conditions, type).size();
    }

    /** What the old conditions were allowed, the new ones are. */
    private static void checkConditions(Field conditions, Field old, Findings findings) {
        boolean bothAllowed = count(old, "Approved") > 0 && count(old, "Denied") > 0;
        boolean repeats =
                old.items().stream().map(each -> each.text("type")).distinct().count() < old.size();
        boolean untyped = old.any(each -> each.text("type").isEmpty());
        Set<String> seen = new HashSet<>();
        for (Field condition : conditions.items()) {
            Field type = condition.at("type");
            if (type.isEmpty() && !untyped) {
                findings.required(type);
            }
            findings.requiredOneOf(
                    condition.at("status"),
                    LASTING.contains(type.text()) ? Set.of("True") : Set.of("True", "False", "Unknown"));
            boolean contradicts = DECISIONS.contains(type.text())
                    && DECISIONS.stream().anyMatch(each -> !type.is(each) && seen.contains(each));
            if (contradicts && !bothAllowed) {
                findings.invalid(type, "Approved and Denied conditions are mutually exclusive");
            }
            if (!seen.add(type.text()) && !repeats) {
                findings.duplicate(type, type.text());
            }
        }
    }

    /** What is wrong with the PEM text of certificates, which may be empty. */
    private static Optional<String> certificateError(JsonNode value) {
        if (value.asText("").isEmpty()) {
            return Optional.empty();
        }
        List<Pem.Block> blocks = Pem.blocks(value);
        for (Pem.Block block : blocks) {
            if (!block.type().equals("CERTIFICATE")) {
                return Optional.of("only CERTIFICATE PEM blocks are allowed, found \"" + block.type() + "\"");
            }
            if (block.headers()) {
                return Optional.of("no PEM block headers are permitted");
            }
            try {
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block.content()));
            } catch (CertificateException _) {
                return Optional.of("x509: malformed certificate");
            }
        }
        return blocks.isEmpty() ? Optional.of("must contain at least one CERTIFICATE PEM block") : Optional.empty();
    }
}
