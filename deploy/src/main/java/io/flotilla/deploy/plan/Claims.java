package io.flotilla.deploy.plan;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Which lab of this user has which address block: one file a block that names the lab's data directory. A claim lasts as long
 * as the lab's data, running or not.
 */
public final class Claims {
    private final Path directory;

    public Claims(Path directory) {
        this.directory = directory;
    }

    public static Claims ofUser() {
        return new Claims(Path.of(System.getProperty("user.home"), ".flotilla", "blocks"));
    }

    /** Claims a block for that data directory: preferably the one that its path hashes to. */
    int claim(LabFiles files) throws IOException {
        Files.createDirectories(directory);
        var preferred = Math.floorMod(files.root().toString().hashCode(), Blocks.COUNT);
        for (int i = 0; i < Blocks.COUNT; i++) {
            var number = (preferred + i) % Blocks.COUNT;
            if (Ports.isFree(new Blocks(number)) && tryClaim(number, files)) {
                return number;
            }
        }
        throw new LabException("All " + Blocks.COUNT + " address blocks are taken by other labs, see " + directory
                + "; remove a lab that is not needed with ./flotilla down --wipe --data-dir DIR.");
    }

    /** Gives up the block of a lab whose data are removed. */
    public void release(int number, LabFiles files) throws IOException {
        var claim = directory.resolve(Integer.toString(number));
        if (Files.exists(claim)
                && Files.readString(claim).strip().equals(files.root().toString())) {
            Files.delete(claim);
        }
    }

    private boolean tryClaim(int number, LabFiles files) throws IOException {
        var claim = directory.resolve(Integer.toString(number));
        if (Files.exists(claim)) {
            var owner = Files.readString(claim).strip();
            var mine = owner.equals(files.root().toString());
            if (!mine && Files.exists(new LabFiles(Path.of(owner)).plan())) {
                return false;
            }
            Files.delete(claim);
        }
        try {
            Files.writeString(claim, files.root() + "\n", StandardOpenOption.CREATE_NEW);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }
}
