package io.flotilla.kubelet.runtime.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Functions of the C library. Each returns what C returns and throws {@link ErrnoException} where C says -1. Loaded with
 * first use.
 */
// The foreign-function API is "restricted"; the programs are started with --enable-native-access.
@SuppressWarnings("restricted")
final class Libc {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SYSCALL_3 =
            variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle IOCTL = variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle FCNTL_OPEN = variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle POLL = plain("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle READ = plain("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = plain("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle CLOSE = plain("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle EVENTFD = plain("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle INOTIFY_INIT = plain("inotify_init1", JAVA_INT, JAVA_INT);
    private static final MethodHandle INOTIFY_ADD = plain("inotify_add_watch", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle INOTIFY_REMOVE = plain("inotify_rm_watch", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle KILL = plain("kill", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FALLOCATE =
            plain("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MKFIFO = plain("mkfifo", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle FCNTL = variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle GETEUID = plain("geteuid", JAVA_INT);
    private static final MethodHandle SIGNAL = plain("signal", JAVA_LONG, JAVA_INT, ADDRESS);

    private Libc() {}

    private static MethodHandle plain(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    /** One call; the compiler needs {@code invokeExact} at the place where the types are known. */
    private interface Call {
        long run(MemorySegment state) throws Throwable;
    }

    private static long check(String what, Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.run(state);
            if (result < 0) {
                throw new ErrnoException(what, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(what, e);
        }
    }

    static long syscall(String what, long number, long a, long b, long c) {
        return check(what, state -> (long) SYSCALL_3.invokeExact(state, number, a, b, c));
    }

    static int ioctl(String what, int fd, long request, MemorySegment argument) {
        return (int) check(what, state -> (int) IOCTL.invokeExact(state, fd, request, argument));
    }

    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return (int) check("open " + path, state -> (int) FCNTL_OPEN.invokeExact(state, name, flags));
        }
    }

    static int poll(MemorySegment descriptors, int count, int timeoutMillis) {
        return (int) check("poll", state -> (int) POLL.invokeExact(state, descriptors, (long) count, timeoutMillis));
    }

    static int read(int fd, MemorySegment buffer) {
        return (int) check("read", state -> (long) READ.invokeExact(state, fd, buffer, buffer.byteSize()));
    }

    static int write(int fd, MemorySegment data) {
        return (int) check("write", state -> (long) WRITE.invokeExact(state, fd, data, data.byteSize()));
    }

    static void close(int fd) {
        check("close", state -> (int) CLOSE.invokeExact(state, fd));
    }

    static int eventfd(int flags) {
        return (int) check("eventfd", state -> (int) EVENTFD.invokeExact(state, 0, flags));
    }

    static int inotifyInit(int flags) {
        return (int) check("inotify_init1", state -> (int) INOTIFY_INIT.invokeExact(state, flags));
    }

    static int inotifyAdd(int fd, String path, int mask) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return (int)
                    check("inotify_add_watch " + path, state -> (int) INOTIFY_ADD.invokeExact(state, fd, name, mask));
        }
    }

    static void inotifyRemove(int fd, int watch) {
        check("inotify_rm_watch", state -> (int) INOTIFY_REMOVE.invokeExact(state, fd, watch));
    }

    static void kill(int pid, int signal) {
        check("kill " + pid, state -> (int) KILL.invokeExact(state, pid, signal));
    }

    static void signal(int signal, MemorySegment handler) {
        check("signal " + signal, state -> (long) SIGNAL.invokeExact(state, signal, handler));
    }

    /** The address of a function. */
    static MemorySegment function(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    static void fallocate(int fd, int mode, long offset, long length) {
        check("fallocate", state -> (int) FALLOCATE.invokeExact(state, fd, mode, offset, length));
    }

    static void mkfifo(String path, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            check("mkfifo " + path, state -> (int) MKFIFO.invokeExact(state, name, mode));
        }
    }

    static void fcntl(int fd, int command, int argument) {
        check("fcntl", state -> (int) FCNTL.invokeExact(state, fd, command, argument));
    }

    static int geteuid() {
        return (int) check("geteuid", state -> (int) GETEUID.invokeExact(state));
    }

    static byte[] bytes(MemorySegment segment, int count) {
        return segment.asSlice(0, count).toArray(JAVA_BYTE);
    }
}
