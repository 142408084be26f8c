package io.flotilla.controllermanager.controller;

import org.jspecify.annotations.Nullable;

/** Numbers of the API that are absent when they are zero. */
public final class Counts {
    private Counts() {}

    public static int orZero(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    public static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    /** Returns the form in which the API stores an optional count. */
    public static @Nullable Integer omitZero(int value) {
        return value == 0 ? null : value;
    }
}
