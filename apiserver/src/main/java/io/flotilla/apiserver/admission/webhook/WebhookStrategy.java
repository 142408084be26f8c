package io.flotilla.apiserver.admission.webhook;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.Set;

/** The rules of MutatingWebhookConfiguration and ValidatingWebhookConfiguration. */
public final class WebhookStrategy extends KindStrategy {

    public WebhookStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    protected void check(WriteContext context, Field object, Findings findings) {
        Set<String> names = new HashSet<>();
        WebhookRules rules = new WebhookRules(findings);
        for (Field hook : object.at("webhooks").items()) {
            rules.check(hook);
            String name = hook.text("name");
            if (!name.isEmpty() && !names.add(name)) {
                findings.duplicate(hook.at("name"), name);
            }
        }
    }
}
