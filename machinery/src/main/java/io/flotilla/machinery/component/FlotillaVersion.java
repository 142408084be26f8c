package io.flotilla.machinery.component;

/** The Kubernetes release whose API the components speak. */
public final class FlotillaVersion {
    public static final String MAJOR = "1";
    public static final String MINOR = "36";
    public static final String GIT_VERSION = "v1.36.2";

    private FlotillaVersion() {}
}
