package io.flotilla.deploy.plan;

import org.jspecify.annotations.Nullable;

/** Something that a person must know and can act upon; its message is one sentence that names what is wrong. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabException(String sentence) {
        super(sentence);
    }

    public LabException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
