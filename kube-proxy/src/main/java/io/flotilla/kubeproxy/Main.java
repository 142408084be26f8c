package io.flotilla.kubeproxy;

/** The service proxy's process: {@link ProxyCommand} has its flags, {@link ProxyFactory} what it is made of. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(ProxyCommand.run(args));
    }
}
