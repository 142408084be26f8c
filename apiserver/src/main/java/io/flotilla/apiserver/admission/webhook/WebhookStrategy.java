package io.flotilla.apiserver.admission.webhook;

import io.flotilla.apiserver.admission.webhook.WebhookRules.Demands;
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
        super(Names::subdomain, Shape.GENERATION, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field object, Findings findings) {
        check(object, Demands.OF_NEW, findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field object, Field old, Findings findings) {
        check(object, Demands.ofUpdate(old), findings);
    }

    private static void check(Field object, Demands demands, Findings findings) {
        Set<String> names = new HashSet<>();
        WebhookRules rules = new WebhookRules(demands, findings);
        for (Field hook : object.at("webhooks").items()) {
            rules.check(hook);
            String name = hook.text("name");
            if (demands.uniqueName() && !name.isEmpty() && !names.add(name)) {
                findings.duplicate(hook.at("name"), name);
            }
        }
    }
}
