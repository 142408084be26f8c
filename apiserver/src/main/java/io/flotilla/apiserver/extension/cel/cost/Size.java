package io.flotilla.apiserver.extension.cel.cost;

/** How long a text can be, or how many elements a list or a map can have. */
record Size(long min, long max) {
    static final Size ONE = new Size(1, 1);
    static final Size UNKNOWN = new Size(0, Units.UNBOUNDED);

    static Size upTo(long max) {
        return new Size(0, max);
    }

    Size plus(Size other) {
        return new Size(Units.plus(min, other.min), Units.plus(max, other.max));
    }

    Size or(Size other) {
        return new Size(Math.min(min, other.min), Math.max(max, other.max));
    }

    long traversal() {
        return Units.times(max, Units.TRAVERSAL);
    }
}
