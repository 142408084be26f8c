package io.flotilla.apiserver.patch;

/** A JSON patch is well-formed, but not one for that object; the message says which operation fails. */
public class UnfitPatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfitPatchException(String why) {
        super(why, null, false, false);
    }
}
