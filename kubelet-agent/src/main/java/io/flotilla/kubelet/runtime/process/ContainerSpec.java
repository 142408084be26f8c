package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.standin.StandIn.Userland;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Everything about how one container's program is run, image and configuration put together.
 *
 * @param command program and arguments, never empty
 * @param workingDirectory absolute
 * @param layer files of the image
 * @param binds volumes and generated files, a path before the paths below it
 * @param oneStream whether standard error goes where standard output goes
 * @param hostPid without a pid namespace of its own
 */
record ContainerSpec(
        List<String> command,
        SequencedMap<String, String> environment,
        String workingDirectory,
        User user,
        Userland userland,
        Optional<Path> layer,
        List<Bind> binds,
        boolean readOnlyRoot,
        boolean hostPid,
        boolean noNewPrivileges,
        long oomScoreAdjustment,
        boolean tty,
        boolean stdin,
        boolean oneStream,
        int stopSignal) {

    /** Numbers of the user and groups that the program runs as. */
    record User(long uid, long gid, List<Long> groups) {

        boolean isRoot() {
            return uid == 0 && gid == 0 && groups.isEmpty();
        }
    }

    /** A file or directory of the machine that the container sees at a path of its own. */
    record Bind(Path source, String target, boolean readOnly, boolean directory) {}
}
