package io.flotilla.controllermanager.controller;

/** A control loop of a leader. It is built and started when leadership begins and closed for good when it ends. */
public interface Controller extends AutoCloseable {

    /** Starts to watch and to work, and returns. */
    void start();

    /** Stops; work that is under way is finished or given up within seconds. */
    @Override
    void close();
}
