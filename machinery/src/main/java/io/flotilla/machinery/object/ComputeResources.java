package io.flotilla.machinery.object;

import java.util.regex.Pattern;

/** The families of compute resources, told by their names. */
public final class ComputeResources {
    private static final int LONGEST_PREFIX = 253;
    private static final Pattern PREFIX =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern NAME = Pattern.compile("(?=.{1,63}$)([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
    private static final String REQUESTS = "requests.";

    private ComputeResources() {}

    public static boolean isHugePages(String name) {
        return name.startsWith("hugepages-");
    }

    /** Whether Kubernetes itself defines the resource. */
    public static boolean isNative(String name) {
        return name.indexOf('/') < 0 || name.startsWith("kubernetes.io/") || name.contains(".kubernetes.io/");
    }

    /** Whether others define the resource, under a name that leaves room for the prefix of quotas. */
    public static boolean isExtended(String name) {
        if (isNative(name) || name.startsWith(REQUESTS)) {
            return false;
        }
        int slash = name.indexOf('/');
        String prefix = REQUESTS + name.substring(0, slash);
        return prefix.length() <= LONGEST_PREFIX
                && PREFIX.matcher(prefix).matches()
                && NAME.matcher(name.substring(slash + 1)).matches();
    }
}
