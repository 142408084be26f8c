package io.flotilla.kubelet.runtime.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The controlling side of a pseudo-terminal. */
public final class Terminal implements AutoCloseable {

    private static final int O_RDWR = 2;
    private static final int O_NOCTTY = 0x100;
    private static final int O_CLOEXEC = 0x80000;
    // The numbers are those of x86, Arm and RISC-V.
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCSWINSZ = 0x5414L;

    private final Descriptor descriptor;

    private Terminal(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Makes a new pseudo-terminal. */
    public static Terminal open() {
        return unlock(new Descriptor(Libc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)));
    }

    /** Takes part in a pseudo-terminal whose controlling side another process holds. */
    public static Terminal of(int pid, int descriptorOfProcess) {
        return unlock(Descriptor.of(pid, descriptorOfProcess));
    }

    private static Terminal unlock(Descriptor descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            Libc.ioctl("TIOCSPTLCK", descriptor.number(), TIOCSPTLCK, arena.allocateFrom(ValueLayout.JAVA_INT, 0));
            return new Terminal(descriptor);
        } catch (RuntimeException e) {
            descriptor.close();
            throw e;
        }
    }

    /** Returns the N of /dev/pts/N, the side that programs use. */
    public int number() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            Libc.ioctl("TIOCGPTN", descriptor.number(), TIOCGPTN, number);
            return number.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** Sets the size; the programs on the terminal get SIGWINCH. */
    public void resize(int columns, int rows) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
            size.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) rows);
            size.setAtIndex(ValueLayout.JAVA_SHORT, 1, (short) columns);
            Libc.ioctl("TIOCSWINSZ", descriptor.number(), TIOCSWINSZ, size);
        }
    }

    public Descriptor stream() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
