package io.flotilla.kubelet.runtime.standin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Programs installed on this machine. */
@FunctionalInterface
public interface HostPrograms {

    List<String> DIRECTORIES = List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    Optional<Path> find(String name);

    /** Looks where distributions put programs, whatever PATH says: containers get the same directories. */
    static HostPrograms installed() {
        return name -> DIRECTORIES.stream()
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
