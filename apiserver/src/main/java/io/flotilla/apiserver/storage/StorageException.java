package io.flotilla.apiserver.storage;

/** etcd did not do what was asked. The message is one sentence for a person. */
public abstract sealed class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StorageException(String message) {
        super(message, null, false, false);
    }

    /** No member answered in time, or the members have no leader. A write may or may not have happened. */
    public static final class Unavailable extends StorageException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message) {
            super(message);
        }
    }

    /** etcd answered and refused: too large, out of space, not permitted. Nothing was written. */
    public static final class Refused extends StorageException {
        private static final long serialVersionUID = 1L;

        public Refused(String message) {
            super(message);
        }
    }

    /** The revision asked for has been compacted away. */
    public static final class Compacted extends StorageException {
        private static final long serialVersionUID = 1L;

        public Compacted() {
            super("the requested revision has been compacted");
        }
    }

    /** The revision asked for lies in the future of the member that answered. */
    public static final class FutureRevision extends StorageException {
        private static final long serialVersionUID = 1L;

        public FutureRevision() {
            super("the requested revision is a future revision");
        }
    }

    /** The lease to be attached has run out. Nothing was written. */
    public static final class LeaseGone extends StorageException {
        private static final long serialVersionUID = 1L;

        public LeaseGone() {
            super("the lease is gone");
        }
    }
}
