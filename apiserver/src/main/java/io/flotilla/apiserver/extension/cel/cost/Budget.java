package io.flotilla.apiserver.extension.cel.cost;

/** What all evaluations for one request may cost together. For one thread. */
public final class Budget {
    /** Of the rules of an object, and of the validations of a policy. */
    public static final long OF_REQUEST = 10_000_000;
    /** Of the match conditions of a webhook or a policy. */
    public static final long OF_CONDITIONS = 2_500_000;
    /** The words for a budget that is overdrawn. */
    public static final String OVERDRAWN =
            "validation failed due to running out of cost budget, no further validation rules will be run";

    private long left;
    private boolean ended;

    public Budget(long size) {
        left = size;
    }

    /** Takes what an evaluation has cost. */
    public void spend(long cost) {
        left -= Math.min(cost, Long.MAX_VALUE / 2);
    }

    /** Whether more was spent than there was. */
    public boolean isOverdrawn() {
        return left < 0;
    }

    /** Nothing is to be evaluated any more, whatever is left. */
    public void end() {
        ended = true;
    }

    /** Whether nothing is to be evaluated any more. */
    public boolean isOver() {
        return ended || isOverdrawn();
    }
}
