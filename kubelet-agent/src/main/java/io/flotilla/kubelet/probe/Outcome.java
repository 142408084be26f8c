package io.flotilla.kubelet.probe;

/** The outcome of one attempt. */
public sealed interface Outcome {

    record Success() implements Outcome {}

    /**
     * The container did not do as the probe asks.
     *
     * @param said what it answered
     */
    record Failure(String said) implements Outcome {}

    /**
     * The probe could not be carried out; this says nothing of the container.
     *
     * @param cause what went wrong
     */
    record Errored(String cause) implements Outcome {}
}
