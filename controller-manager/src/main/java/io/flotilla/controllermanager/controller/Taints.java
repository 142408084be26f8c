package io.flotilla.controllermanager.controller;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The taints that controllers set and judge by. */
public final class Taints {
    public static final String NOT_READY = "node.kubernetes.io/not-ready";
    public static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    public static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
    public static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";
    public static final String NO_SCHEDULE = "NoSchedule";
    public static final String NO_EXECUTE = "NoExecute";

    private Taints() {}

    public static Taint of(String key, String effect) {
        return new TaintBuilder().withKey(key).withEffect(effect).build();
    }

    public static List<Taint> of(Node node) {
        List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
        return taints == null ? List.of() : taints;
    }

    /** Says whether the node has the taint, whatever its value. */
    public static boolean has(Node node, String key, String effect) {
        return of(node).stream().anyMatch(taint -> key.equals(taint.getKey()) && effect.equals(taint.getEffect()));
    }

    /** Says whether the toleration tolerates the taint, by key, operator, value and effect. */
    public static boolean tolerates(Toleration toleration, Taint taint) {
        if (given(toleration.getEffect()) && !toleration.getEffect().equals(taint.getEffect())) {
            return false;
        }
        if (given(toleration.getKey()) && !toleration.getKey().equals(taint.getKey())) {
            return false;
        }
        String operator = given(toleration.getOperator()) ? toleration.getOperator() : "Equal";
        return switch (operator) {
            case "Exists" -> true;
            case "Equal" ->
                given(toleration.getKey()) && text(toleration.getValue()).equals(text(taint.getValue()));
            default -> false;
        };
    }

    private static boolean given(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
