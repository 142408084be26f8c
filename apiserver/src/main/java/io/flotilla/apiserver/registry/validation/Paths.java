package io.flotilla.apiserver.registry.validation;

/** Paths of files that an object names. */
public final class Paths {
    private Paths() {}

    /** A path below some directory: relative, without steps back. */
    public static void descending(Field field, String path, Findings findings) {
        if (path.startsWith("/")) {
            findings.invalid(field, path, "must be a relative path");
        }
        noBacksteps(field, path, findings);
    }

    public static void noBacksteps(Field field, String path, Findings findings) {
        if (hasBacksteps(path)) {
            findings.invalid(field, path, "must not contain '..'");
        }
    }

    public static boolean hasBacksteps(String path) {
        if (!path.contains("..")) {
            return false;
        }
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                return true;
            }
        }
        return false;
    }

    /** A path in a volume whose own names begin with two dots. */
    public static void descendingNotReserved(Field field, String path, Findings findings) {
        descending(field, path, findings);
        if (path.startsWith("..") && !path.startsWith("../") && !path.equals("..")) {
            findings.invalid(field, path, "must not start with '..'");
        }
    }

    /** Permission bits. */
    public static void mode(Field field, Findings findings) {
        if (field.isSet() && (field.number() < 0 || field.number() > 0777)) {
            findings.invalid(field, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }
}
