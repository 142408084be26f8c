package io.flotilla.apiserver.registry.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.Base64;
import java.util.List;

/** Secrets, whose type tells what data they must have. */
public final class SecretStrategy extends KindStrategy {
    private static final String REDACTED = "<secret contents redacted>";
    private static final String SERVICE_ACCOUNT = "kubernetes.io/service-account.name";

    public SecretStrategy() {
        super(Names::subdomain, Shape.PLAIN);
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        Trees.putDefault(object, "type", Trees.text(old, "type"));
    }

    @Override
    protected void check(WriteContext context, Field secret, Findings findings) {
        Field data = secret.at("data");
        long size = 0;
        for (Field value : data.entries()) {
            findings.invalid(value, value.name(), Names.configKey(value.name()));
            size += ConfigMapStrategy.decodedLength(value.text());
        }
        if (size > ConfigMapStrategy.MAX_SIZE) {
            findings.tooLong(data, ConfigMapStrategy.MAX_SIZE);
        }
        switch (secret.text("type")) {
            case "kubernetes.io/service-account-token" -> {
                Field account = secret.at("metadata", "annotations").key(SERVICE_ACCOUNT);
                if (account.isEmpty()) {
                    findings.required(account);
                }
            }
            case "kubernetes.io/dockercfg" -> checkJson(data.key(".dockercfg"), findings);
            case "kubernetes.io/dockerconfigjson" -> checkJson(data.key(".dockerconfigjson"), findings);
            case "kubernetes.io/basic-auth" -> {
                if (!data.has("username") && !data.has("password")) {
                    findings.required(data.key("username"));
                    findings.required(data.key("password"));
                }
            }
            case "kubernetes.io/ssh-auth" -> {
                if (data.text("ssh-privatekey").isEmpty()) {
                    findings.required(data.key("ssh-privatekey"));
                }
            }
            case "kubernetes.io/tls" -> {
                for (String key : List.of("tls.crt", "tls.key")) {
                    if (!data.has(key)) {
                        findings.required(data.key(key));
                    }
                }
            }
            default -> {}
        }
    }

    private static void checkJson(Field value, Findings findings) {
        if (!value.isSet()) {
            findings.required(value);
            return;
        }
        try {
            JsonNode parsed = JsonCodec.decodeAny(Base64.getDecoder().decode(value.text()));
            if (!parsed.isObject() && !parsed.isNull()) {
                findings.invalid(
                        value,
                        REDACTED,
                        "json: cannot unmarshal " + goKind(parsed) + " into Go value of type map[string]interface {}");
            }
        } catch (MalformedException e) {
            findings.invalid(value, REDACTED, String.valueOf(e.getMessage()));
        }
    }

    private static String goKind(JsonNode node) {
        return node.isArray() ? "array" : node.isTextual() ? "string" : node.isNumber() ? "number" : "bool";
    }

    @Override
    protected void checkUpdate(WriteContext context, Field secret, Field old, Findings findings) {
        findings.immutable(secret.at("type"), old.at("type"));
        ConfigMapStrategy.checkFrozen(secret, old, List.of("data"), findings);
        check(context, secret, findings);
    }
}
