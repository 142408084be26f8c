package io.flotilla.machinery.component;

/** The Kubernetes release whose API the components speak. */
public final class FlotillaVersion {
    public static final String MAJOR = "1";
    public static final String MINOR = "36";
    public static final String GIT_VERSION = "v1.36.2";
    public static final String GIT_COMMIT = "";
    public static final String GIT_TREE_STATE = "clean";
    public static final String BUILD_DATE = "2026-01-01T00:00:00Z";
    public static final String COMPILER = "javac";
    public static final String LANGUAGE_VERSION = "java" + Runtime.version().feature();
    public static final String PLATFORM =
            "linux/" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64");

    private FlotillaVersion() {}
}
