package io.flotilla.apiserver.extension.cel.library;

import io.flotilla.apiserver.request.Quoting;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A semantic version (semver.org); what was built is no part of its identity.
 *
 * @param before identifiers of the pre-release; empty for a release
 */
record Semver(long major, long minor, long patch, List<String> before) implements Comparable<Semver> {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern IDENTIFIER = Pattern.compile("[0-9A-Za-z-]+");

    /** Fails with a {@link FunctionException} that says what is wrong. */
    static Semver parse(String text, boolean normalize) {
        return read(normalize ? normalized(text) : text);
    }

    static boolean isValid(String text, boolean normalize) {
        try {
            parse(text, normalize);
            return true;
        } catch (FunctionException _) {
            return false;
        }
    }

    private static Semver read(String text) {
        if (text.isEmpty()) {
            throw new FunctionException("Version string empty");
        }
        String[] parts = text.split("\\.", 3);
        if (parts.length != 3) {
            throw new FunctionException("No Major.Minor.Patch elements found");
        }
        String last = parts[2];
        int plus = last.indexOf('+');
        String build = plus < 0 ? "" : last.substring(plus + 1);
        if (plus >= 0) {
            last = last.substring(0, plus);
            for (String each : build.split("\\.", -1)) {
                check(each, "Build meta data is empty", "build meta data");
            }
        }
        int dash = last.indexOf('-');
        List<String> before = List.of();
        if (dash >= 0) {
            before = List.of(last.substring(dash + 1).split("\\.", -1));
            last = last.substring(0, dash);
            for (String each : before) {
                check(each, "Prerelease is empty", "prerelease");
                if (NUMBER.matcher(each).matches() && each.length() > 1 && each.startsWith("0")) {
                    throw new FunctionException(
                            "Numeric PreRelease version must not contain leading zeroes " + Quoting.quote(each));
                }
            }
        }
        return new Semver(number("Major", parts[0]), number("Minor", parts[1]), number("Patch", last), before);
    }

    private static void check(String identifier, String empty, String what) {
        if (identifier.isEmpty()) {
            throw new FunctionException(empty);
        }
        if (!IDENTIFIER.matcher(identifier).matches()) {
            throw new FunctionException("Invalid character(s) found in " + what + " " + Quoting.quote(identifier));
        }
    }

    private static long number(String what, String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw new FunctionException("Invalid character(s) found in " + what.toLowerCase(Locale.ROOT) + " number "
                    + Quoting.quote(text));
        }
        if (text.length() > 1 && text.startsWith("0")) {
            throw new FunctionException(what + " number must not contain leading zeroes " + Quoting.quote(text));
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new FunctionException("strconv.ParseUint: parsing " + Quoting.quote(text) + ": value out of range");
        }
    }

    /** Without a leading v, without leading zeros, and with all three numbers. */
    private static String normalized(String text) {
        String bare = text.startsWith("v") ? text.substring(1) : text;
        String[] parts = bare.split("\\.", 3);
        for (int i = 0; i < parts.length; i++) {
            parts[i] = parts[i].replaceFirst("^0+(?=[0-9])", "");
        }
        if (parts.length < 3 && parts[parts.length - 1].matches(".*[+-].*")) {
            throw new FunctionException("short version cannot contain PreRelease/Build meta data");
        }
        return String.join(".", parts) + ".0".repeat(3 - parts.length);
    }

    @Override
    public int compareTo(Semver other) {
        int order = Long.compare(major, other.major);
        order = order != 0 ? order : Long.compare(minor, other.minor);
        order = order != 0 ? order : Long.compare(patch, other.patch);
        if (order != 0 || before.equals(other.before)) {
            return order;
        }
        if (before.isEmpty() || other.before.isEmpty()) {
            return before.isEmpty() ? 1 : -1;
        }
        for (int i = 0; i < Math.min(before.size(), other.before.size()); i++) {
            int each = compare(before.get(i), other.before.get(i));
            if (each != 0) {
                return each;
            }
        }
        return Integer.compare(before.size(), other.before.size());
    }

    /** Numbers come before words, and are compared as such. */
    private static int compare(String a, String b) {
        boolean first = NUMBER.matcher(a).matches();
        boolean second = NUMBER.matcher(b).matches();
        if (first && second) {
            return a.length() == b.length() ? Integer.signum(a.compareTo(b)) : Integer.compare(a.length(), b.length());
        }
        return first == second ? Integer.signum(a.compareTo(b)) : first ? -1 : 1;
    }
}
