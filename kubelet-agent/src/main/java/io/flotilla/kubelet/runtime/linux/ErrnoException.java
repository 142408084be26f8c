package io.flotilla.kubelet.runtime.linux;

/** A system call failed. */
public final class ErrnoException extends RuntimeException {

    private static final long serialVersionUID = 1;

    static final int EPERM = 1;
    static final int ESRCH = 3;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;

    private final int errno;

    ErrnoException(String call, int errno) {
        super(call + ": " + describe(errno));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }

    private static String describe(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted";
            case 2 -> "no such file or directory";
            case ESRCH -> "no such process";
            case EINTR -> "interrupted";
            case EIO -> "input/output error";
            case EAGAIN -> "try again";
            case 13 -> "permission denied";
            case 24 -> "too many open files";
            case 28 -> "no space left on device";
            case 38 -> "not offered by this kernel";
            default -> "error " + errno;
        };
    }
}
