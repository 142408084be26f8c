package io.flotilla.apiserver.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Namespaces;
import io.flotilla.apiserver.admission.matching.Reinvocation;
import io.flotilla.apiserver.admission.matching.ReviewRequest;
import io.flotilla.apiserver.admission.webhook.ReviewMessage.Verdict;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.extension.cel.EvaluationException;
import io.flotilla.apiserver.metrics.WebhookMetrics;
import io.flotilla.apiserver.registry.Mutation;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.tracing.Tracing;
import io.flotilla.apiserver.webhook.CallException;
import io.flotilla.apiserver.webhook.WebhookClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the webhooks that concern one write: those that mutate one after the other, those that validate at once. */
final class HookReview implements Review {
    private static final Logger LOG = LoggerFactory.getLogger(HookReview.class);

    private final Write write;
    private final List<Invocation> mutating;
    private final List<Invocation> validating;
    private final Forms forms;
    private final Namespaces namespaces;
    private final WebhookClient client;
    private final Authorizer authorizer;
    private final WebhookMetrics metrics;
    private final Tracing tracing;

    HookReview(
            Write write,
            List<Invocation> mutating,
            List<Invocation> validating,
            Forms forms,
            Namespaces namespaces,
            WebhookClient client,
            Authorizer authorizer,
            WebhookMetrics metrics,
            Tracing tracing) {
        this.tracing = tracing;
        this.authorizer = authorizer;
        this.write = write;
        this.mutating = mutating;
        this.validating = validating;
        this.forms = forms;
        this.namespaces = namespaces;
        this.client = client;
        this.metrics = metrics;
    }

    @Override
    public Mutation mutation() {
        return new Questions();
    }

    /** What is asked about one object. */
    private final class Questions implements Mutation {
        private final Reinvocation<Invocation> reinvocation = new Reinvocation<>();
        private boolean changed;

        @Override
        public boolean apply(ObjectNode object, @Nullable ObjectNode old) {
            reinvocation.begin(object);
            for (Invocation each : mutating) {
                if (reinvocation.isDue(each)) {
                    mutate(each, object, old, this);
                }
            }
            reinvocation.end(object);
            return changed;
        }
    }

    private void mutate(Invocation invocation, ObjectNode object, @Nullable ObjectNode old, Questions questions) {
        Optional<Verdict> verdict = settle(invocation, ask(invocation, object, old));
        if (verdict.isEmpty()) {
            return;
        }
        JsonNode patch = verdict.get().patch();
        if (!patch.isNull() && !patch.isEmpty()) {
            ObjectNode before = object.deepCopy();
            forms.patch(write, invocation.as(), object, patch);
            if (!object.equals(before)) {
                questions.changed = true;
                questions.reinvocation.changed();
            }
        }
        if (invocation.hook().reinvoked()) {
            questions.reinvocation.note(invocation);
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old) {
        validateAll(object, old);
    }

    @Override
    public void delete(ObjectNode old) {
        askAllWithoutChange(null, old);
    }

    @Override
    public void connect(ObjectNode options) {
        askAllWithoutChange(options, null);
    }

    private void askAllWithoutChange(@Nullable ObjectNode object, @Nullable ObjectNode old) {
        for (Invocation each : mutating) {
            Optional<Verdict> verdict = settle(each, ask(each, object, old));
            if (verdict.isPresent() && !verdict.get().patch().isEmpty()) {
                throw StatusException.internal(
                        "admission webhook " + Quoting.quote(each.hook().name())
                                + " attempted to modify the object, which is not supported for this operation");
            }
        }
        validateAll(object, old);
    }

    private void validateAll(@Nullable ObjectNode object, @Nullable ObjectNode old) {
        if (validating.size() == 1) {
            settle(validating.getFirst(), ask(validating.getFirst(), object, old));
            return;
        }
        List<Callable<Outcome>> questions = new ArrayList<>(validating.size());
        validating.forEach(each -> questions.add(tracing.carried(() -> ask(each, object, old))));
        List<Future<Outcome>> answers;
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("webhook-", 0).factory())) {
            answers = threads.invokeAll(questions);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StatusException.timeout("request did not complete within requested timeout", 0);
        }
        for (int i = 0; i < answers.size(); i++) {
            settle(validating.get(i), get(answers.get(i)));
        }
    }

    private static Outcome get(Future<Outcome> answer) {
        try {
            return answer.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What came of asking a webhook. */
    private sealed interface Outcome {
        /** It need not be asked. */
        record Spared() implements Outcome {}

        record Answered(Verdict verdict) implements Outcome {}

        record Failed(CallException why) implements Outcome {}

        /** The write fails, whatever the failure policy. */
        record Refused(StatusException why) implements Outcome {}
    }

    /** Lets pass, or refuses; returns the answer that lets pass. */
    private Optional<Verdict> settle(Invocation invocation, Outcome outcome) {
        Hook hook = invocation.hook();
        switch (outcome) {
            case Outcome.Spared _ -> {
                return Optional.empty();
            }
            case Outcome.Answered(Verdict verdict) -> {
                verdict.warnings().forEach(write.warn());
                if (!verdict.allowed()) {
                    throw verdict.denial(hook.name());
                }
                return Optional.of(verdict);
            }
            case Outcome.Refused(StatusException why) -> throw why;
            case Outcome.Failed(CallException why) -> {
                String told = "failed calling webhook " + Quoting.quote(hook.name()) + ": " + why.getMessage();
                if (!hook.ignoresFailure()) {
                    throw StatusException.internal(told);
                }
                LOG.warn("failing open: {}", told);
                return Optional.empty();
            }
        }
    }

    private Outcome ask(Invocation invocation, @Nullable ObjectNode object, @Nullable ObjectNode old) {
        Hook hook = invocation.hook();
        try {
            if (!hook.matching().selects(write, object, old, namespaces)) {
                return new Outcome.Spared();
            }
            JsonNode shown = form(invocation, object);
            JsonNode shownOld = form(invocation, old);
            ReviewRequest request = new ReviewRequest(write, invocation.as(), forms, object == null ? old : object);
            if (!hook.conditions().isEmpty() && !isMet(hook, request, shown, shownOld)) {
                return new Outcome.Spared();
            }
            if (write.dryRun() && !hook.supportsDryRun()) {
                throw StatusException.badRequest(
                        "admission webhook " + Quoting.quote(hook.name()) + " does not support dry run");
            }
            String uid = UUID.randomUUID().toString();
            byte[] question = ReviewMessage.ask(hook.reviewVersion(), request.with(uid, shown, shownOld));
            return call(hook, question, uid);
        } catch (StatusException e) {
            return new Outcome.Refused(e);
        }
    }

    private Outcome call(Hook hook, byte[] question, String uid) {
        WebhookMetrics.Call call = new WebhookMetrics.Call(
                hook.name(), hook.mutating(), write.operation().name());
        String work = hook.mutating() ? "Call mutating webhook" : "Call validating webhook";
        long start = System.nanoTime();
        try (Tracing.Work _ = tracing.start(work, "webhook", hook.name())) {
            Verdict verdict = ReviewMessage.read(post(hook, question), hook, uid);
            int code = verdict.allowed() ? 200 : verdict.denial(hook.name()).code();
            metrics.answered(call, System.nanoTime() - start, verdict.allowed(), code);
            return new Outcome.Answered(verdict);
        } catch (CallException e) {
            metrics.failed(call, System.nanoTime() - start, hook.ignoresFailure());
            return new Outcome.Failed(e);
        }
    }

    private byte[] post(Hook hook, byte[] question) throws CallException {
        try {
            var _ = hook.endpoint().tls();
        } catch (CallException e) {
            throw new CallException("could not get REST client: " + e.getMessage());
        }
        try {
            return client.post(hook.endpoint(), question, hook.timeout(), tracing.traceparent());
        } catch (CallException e) {
            throw new CallException("failed to call webhook: " + e.getMessage());
        }
    }

    private JsonNode form(Invocation invocation, @Nullable ObjectNode object) {
        return object == null ? NullNode.getInstance() : forms.form(write, invocation.as(), object);
    }

    private boolean isMet(Hook hook, ReviewRequest request, JsonNode object, JsonNode old) {
        try {
            return hook.conditions().hold(request.variables(object, old, authorizer));
        } catch (EvaluationException e) {
            if (hook.ignoresFailure()) {
                return false;
            }
            throw StatusException.forbidden(write.resource(), request.name(), String.valueOf(e.getMessage()));
        }
    }
}
