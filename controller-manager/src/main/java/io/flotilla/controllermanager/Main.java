package io.flotilla.controllermanager;

/**
 * The controller manager: caches of what the controllers watch, an elector, and, while it leads, the controllers of {@link
 * ControllerTable}. {@link ControllerManagerFactory} puts the parts together.
 */
public final class Main {
    private Main() {}

    public static void main(String... args) {
        System.exit(ControllerManagerCommand.execute(args));
    }
}
