package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.standin.HostPrograms;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The programs that containers are started with. The applets of a static busybox are preferred where there is one: they
 * start several times faster than the usual tools and stay smaller.
 */
final class Toolbox {

    private final HostPrograms programs;
    private final Optional<Path> busybox;

    Toolbox(HostPrograms programs) {
        this.programs = programs;
        this.busybox = programs.find("busybox");
    }

    Optional<Path> busybox() {
        return busybox;
    }

    /** Returns the command of a small tool that busybox has as well. */
    List<String> tool(String name) {
        return busybox.map(path -> List.of(path.toString(), name))
                .orElseGet(() -> List.of(programs.find(name).map(Path::toString).orElse(name)));
    }

    /** Returns a tool as words for a script that sets no field separator; its path holds no spaces. */
    String words(String name) {
        return String.join(" ", tool(name));
    }

    /** Returns the program itself, for what busybox does differently. */
    String program(String name) {
        return programs.find(name).map(Path::toString).orElse(name);
    }

    boolean has(String name) {
        return programs.find(name).isPresent();
    }
}
