package io.flotilla.kubelet.volume;

import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Files to write, by path relative to the volume. */
final class Payload {
    /**
     * One file.
     *
     * @param mode permission bits
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared; contents are
    record Entry(byte[] content, int mode) {}

    private final Map<String, Entry> files = new TreeMap<>();

    void put(String path, byte[] content, int mode) throws VolumeException {
        for (String part : path.split("/", -1)) {
            if (part.equals("..") || part.isEmpty()) {
                throw new VolumeException("invalid path \"" + path + "\": must be relative and must not contain '..'");
            }
        }
        files.put(path, new Entry(content, mode));
    }

    void putAll(Payload other) {
        files.putAll(other.files);
    }

    Map<String, Entry> files() {
        return files;
    }

    /** Returns a fingerprint of paths, contents and modes. */
    long fingerprint() {
        CRC32C sum = new CRC32C();
        files.forEach((path, entry) -> {
            sum.update(path.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            sum.update(entry.mode());
            sum.update(entry.content());
            sum.update(0xff);
        });
        return sum.getValue() | (long) files.size() << 32;
    }
}
