package io.flotilla.kubelet.runtime.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the runtime keeps what.
 *
 * @param root the runtime's directory, absolute
 */
record Layout(Path root) {

    static Layout create(Path directory) throws IOException {
        var layout = new Layout(directory.toAbsolutePath().normalize());
        for (Path path : new Path[] {layout.sandboxes(), layout.containers(), layout.images(), layout.mountPoint()}) {
            Files.createDirectories(path);
        }
        return layout;
    }

    Path sandboxes() {
        return root.resolve("sandboxes");
    }

    Path containers() {
        return root.resolve("containers");
    }

    Path images() {
        return root.resolve("images");
    }

    /** Where every container makes its root, each in its own mount namespace; empty in the machine's. */
    Path mountPoint() {
        return root.resolve("mnt");
    }

    Path shim() {
        return root.resolve("shim.sh");
    }

    /** The boot during which the process numbers in the containers' directories were given. */
    Path boot() {
        return root.resolve("boot");
    }
}
