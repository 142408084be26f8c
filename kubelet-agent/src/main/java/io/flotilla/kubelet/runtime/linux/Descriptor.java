package io.flotilla.kubelet.runtime.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** An open file descriptor that the JDK has no class for; reads and writes block. Close once, from any thread. */
public final class Descriptor implements AutoCloseable {

    private static final int O_WRONLY = 1;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_NONBLOCK = 0x800;
    private static final int F_SETFL = 4;
    private static final int OWNER_ONLY = 0600;
    private static final int FALLOC_KEEP_SIZE = 1;
    private static final int FALLOC_PUNCH_HOLE = 2;
    private static final long SYS_PIDFD_OPEN = 434;
    private static final long SYS_PIDFD_GETFD = 438;

    private final int number;
    // Guarded by this.
    private boolean open = true;

    Descriptor(int number) {
        this.number = number;
    }

    /** Opens the writing end of a FIFO that somebody reads; fails at once if nobody does. */
    public static Descriptor openFifoForWriting(Path fifo) {
        Libc.close(Libc.open(fifo.toString(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
        return new Descriptor(Libc.open(fifo.toString(), O_WRONLY | O_CLOEXEC));
    }

    /**
     * Makes a FIFO and opens its reading end without waiting for a writer. Reading before somebody has opened the other
     * end finds the end of the stream at once.
     */
    public static Descriptor newFifoForReading(Path fifo) {
        Libc.mkfifo(fifo.toString(), OWNER_ONLY);
        int fd = Libc.open(fifo.toString(), O_CLOEXEC | O_NONBLOCK);
        Libc.fcntl(fd, F_SETFL, 0);
        return new Descriptor(fd);
    }

    /** Opens a descriptor that becomes readable when the process ends. */
    static int pidfd(int pid) {
        return (int) Libc.syscall("pidfd_open " + pid, SYS_PIDFD_OPEN, pid, 0, 0);
    }

    /** Duplicates a descriptor of another process; needs the right to trace it. */
    public static Descriptor of(int pid, int descriptorOfProcess) {
        int process = pidfd(pid);
        try {
            return new Descriptor(
                    (int) Libc.syscall("pidfd_getfd of " + pid, SYS_PIDFD_GETFD, process, descriptorOfProcess, 0));
        } finally {
            Libc.close(process);
        }
    }

    /** Gives the blocks of a part of a file back to the file system; its size stays, the part reads as zeros. */
    public static void punchHole(Path file, long offset, long length) {
        int fd = Libc.open(file.toString(), O_WRONLY | O_CLOEXEC);
        try {
            Libc.fallocate(fd, FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE, offset, length);
        } finally {
            Libc.close(fd);
        }
    }

    int number() {
        return number;
    }

    /** Reads some bytes, waiting for the first; empty at the end, which for a terminal is the last process leaving it. */
    public byte[] read(int most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(most);
            while (true) {
                try {
                    return Libc.bytes(buffer, Libc.read(number, buffer));
                } catch (ErrnoException e) {
                    if (e.errno() == ErrnoException.EIO) {
                        return new byte[0];
                    }
                    if (e.errno() != ErrnoException.EINTR) {
                        throw e;
                    }
                }
            }
        }
    }

    public void write(byte[] data) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rest = arena.allocateFrom(ValueLayout.JAVA_BYTE, data);
            while (rest.byteSize() > 0) {
                try {
                    rest = rest.asSlice(Libc.write(number, rest));
                } catch (ErrnoException e) {
                    if (e.errno() != ErrnoException.EINTR) {
                        throw e;
                    }
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            Libc.close(number);
        }
    }
}
