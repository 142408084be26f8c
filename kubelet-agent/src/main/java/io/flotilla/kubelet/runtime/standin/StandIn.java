package io.flotilla.kubelet.runtime.standin;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What runs for an image.
 *
 * @param name short name, unique in the catalogue
 * @param repositories full names of the images that it stands for
 * @param userland where the container's programs come from
 * @param needs a program of this machine without which the stand-in cannot run
 * @param entrypoint as in an image's configuration
 * @param command as in an image's configuration
 * @param environment beside PATH
 * @param workingDirectory where the container starts
 * @param ports that the image is known to listen on
 * @param stopSignal number of the signal that asks it to end
 * @param oneStream whether its own program writes everything to standard output, which saves a relay
 * @param files what the image adds to its userland
 */
public record StandIn(
        String name,
        List<String> repositories,
        Userland userland,
        Optional<Need> needs,
        List<String> entrypoint,
        List<String> command,
        Map<String, String> environment,
        String workingDirectory,
        List<Integer> ports,
        int stopSignal,
        boolean oneStream,
        List<LayerFile> files) {

    /** Where programs come from. */
    public enum Userland {
        /** The programs of this machine. */
        HOST,
        /** busybox and nothing else; the programs of this machine where busybox is not installed. */
        BUSYBOX
    }

    /**
     * A program of this machine.
     *
     * @param program name looked up in the usual directories
     * @param debianPackage the package that brings it
     */
    public record Need(String program, String debianPackage) {}

    /**
     * A file of the image.
     *
     * @param path in the container, below /usr or /etc, without the leading slash
     * @param resource name of the content, beside this class
     */
    public record LayerFile(String path, String resource, boolean executable) {}

    private static final int SIGTERM = 15;

    static Builder of(String name, String... repositories) {
        return new Builder(name, List.of(repositories));
    }

    /** Collects the parts of a stand-in, with the defaults of an image that says nothing. */
    static final class Builder {

        private final String name;
        private final List<String> repositories;
        private Userland userland = Userland.HOST;
        private Optional<Need> needs = Optional.empty();
        private List<String> entrypoint = List.of();
        private List<String> command = List.of();
        private Map<String, String> environment = Map.of();
        private String workingDirectory = "/";
        private List<Integer> ports = List.of();
        private int stopSignal = SIGTERM;
        private boolean oneStream;
        private List<LayerFile> files = List.of();

        private Builder(String name, List<String> repositories) {
            this.name = name;
            this.repositories = repositories;
        }

        Builder userland(Userland value) {
            userland = value;
            return this;
        }

        Builder needs(String program, String debianPackage) {
            needs = Optional.of(new Need(program, debianPackage));
            return this;
        }

        Builder entrypoint(String... value) {
            entrypoint = List.of(value);
            return this;
        }

        Builder command(String... value) {
            command = List.of(value);
            return this;
        }

        Builder environment(Map<String, String> value) {
            environment = Map.copyOf(value);
            return this;
        }

        Builder workingDirectory(String value) {
            workingDirectory = value;
            return this;
        }

        Builder ports(Integer... value) {
            ports = List.of(value);
            return this;
        }

        Builder stopSignal(int value) {
            stopSignal = value;
            return this;
        }

        Builder oneStream() {
            oneStream = true;
            return this;
        }

        Builder files(LayerFile... value) {
            files = List.of(value);
            return this;
        }

        StandIn build() {
            return new StandIn(
                    name,
                    repositories,
                    userland,
                    needs,
                    entrypoint,
                    command,
                    environment,
                    workingDirectory,
                    ports,
                    stopSignal,
                    oneStream,
                    files);
        }
    }
}
