package io.flotilla.deploy.status;

/**
 * Whether a process leads, and in which term.
 *
 * @param role the word for what it is
 */
record Leadership(String role, boolean leader, long term) {
    static final Leadership NONE = new Leadership("", false, 0);

    static Leadership of(boolean leader, String otherwise, long term) {
        return new Leadership(leader ? "leader" : otherwise, leader, term);
    }
}
