package io.flotilla.kubelet;

/** The node agent: registers a node, runs the pods bound to it, tells what became of them. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(KubeletCommand.run(args));
    }
}
