package io.flotilla.apiserver.registry.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.Map;
import java.util.Set;

/** Priority levels. */
public final class PriorityLevelStrategy extends FlowControlStrategy {
    private static final String EXEMPT = "exempt";
    private static final int MAX_QUEUES = 10_000_000;
    private static final int MAX_HASH_BITS = 60;

    /** @param mandatory the specs that never change, by name; of the exempt level, its limits may */
    public PriorityLevelStrategy(Map<String, JsonNode> mandatory) {
        super(mandatory);
    }

    @Override
    void checkFixed(Field spec, String name, JsonNode fixed, Findings findings) {
        if (!name.equals(EXEMPT)) {
            super.checkFixed(spec, name, fixed, findings);
        } else if (!Trees.same(withoutLimits(spec.value()), withoutLimits(fixed))) {
            findings.invalid(spec, "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value");
        }
    }

    private static JsonNode withoutLimits(JsonNode spec) {
        JsonNode copy = spec.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove(EXEMPT);
        }
        return copy;
    }

    @Override
    void checkSpec(Field spec, String name, Findings findings) {
        Field type = spec.at("type");
        if (name.equals(EXEMPT) != type.is("Exempt")) {
            findings.invalid(type, type.text(), "must be 'Exempt' if and only if `name` is 'exempt'");
        }
        Field limited = spec.at("limited");
        Field exempt = spec.at(EXEMPT);
        switch (type.text()) {
            case "Exempt" -> {
                if (limited.isSet()) {
                    findings.forbidden(limited, "must be nil if the type is not Limited");
                }
                checkShares(exempt, findings);
            }
            case "Limited" -> {
                if (exempt.isSet()) {
                    findings.forbidden(exempt, "must be nil if the type is Limited");
                }
                if (limited.isSet()) {
                    checkLimited(limited, findings);
                } else {
                    findings.required(limited, "must not be empty when type is Limited");
                }
            }
            default -> findings.oneOf(type, Set.of("Exempt", "Limited"));
        }
    }

    private static void checkShares(Field limits, Findings findings) {
        Field shares = limits.at("nominalConcurrencyShares");
        if (shares.number() < 0) {
            findings.invalid(shares, "must be a non-negative integer");
        }
        Field lendable = limits.at("lendablePercent");
        if (lendable.isSet()) {
            findings.inRange(lendable, 0, 100);
        }
    }

    private static void checkLimited(Field limited, Findings findings) {
        checkShares(limited, findings);
        Field borrowing = limited.at("borrowingLimitPercent");
        if (borrowing.number() < 0) {
            findings.invalid(borrowing, "if specified, must be a non-negative integer");
        }
        Field response = limited.at("limitResponse");
        Field queuing = response.at("queuing");
        switch (response.text("type")) {
            case "Reject" -> {
                if (queuing.isSet()) {
                    findings.forbidden(queuing, "must be nil if limited.limitResponse.type is not Limited");
                }
            }
            case "Queue" -> {
                if (queuing.isSet()) {
                    checkQueuing(queuing, findings);
                } else {
                    findings.required(queuing, "must not be empty if limited.limitResponse.type is Limited");
                }
            }
            default -> findings.oneOf(response.at("type"), Set.of("Queue", "Reject"));
        }
    }

    private static void checkQueuing(Field queuing, Findings findings) {
        checkPositive(queuing.at("queueLengthLimit"), findings);
        Field queues = queuing.at("queues");
        checkPositive(queues, findings);
        if (queues.number() > MAX_QUEUES) {
            findings.invalid(queues, "must not be greater than " + MAX_QUEUES);
        }
        Field hand = queuing.at("handSize");
        checkPositive(hand, findings);
        if (hand.number() > 0) {
            double bits = Math.ceil(Math.log((double) queues.number()) / Math.log(2) * (double) hand.number());
            if (hand.number() > queues.number()) {
                findings.invalid(hand, "should not be greater than queues (" + queues.number() + ")");
            } else if (bits > MAX_HASH_BITS) {
                findings.invalid(
                        hand,
                        "required entropy bits of deckSize " + queues.number() + " and handSize " + hand.number()
                                + " should not be greater than " + MAX_HASH_BITS);
            }
        }
    }

    private static void checkPositive(Field count, Findings findings) {
        if (count.number() <= 0) {
            findings.invalid(count, count.number(), "must be positive");
        }
    }
}
