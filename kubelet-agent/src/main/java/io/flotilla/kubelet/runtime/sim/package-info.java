/**
 * The runtime whose containers are timers: for thousands of pods in little memory. Nothing is executed. What a container
 * does is written in its pod's annotations; a name followed by {@code .CONTAINER} counts for that container alone and goes
 * before the plain name. Durations are Go's ({@code 1.5s}, {@code 200ms}, {@code 2m}) or plain seconds.
 *
 * <table>
 * <caption>Annotations of a pod</caption>
 * <tr><td>{@code sim.flotilla.io/pull-delay}</td><td>how long a pull of an image takes</td></tr>
 * <tr><td>{@code sim.flotilla.io/pull-error}</td><td>pulling fails with this text</td></tr>
 * <tr><td>{@code sim.flotilla.io/start-delay}</td><td>how long starting a container takes</td></tr>
 * <tr><td>{@code sim.flotilla.io/start-error}</td><td>starting fails with this text, as for a missing program</td></tr>
 * <tr><td>{@code sim.flotilla.io/run-for}</td><td>the container ends by itself after this time; for ever without</td></tr>
 * <tr><td>{@code sim.flotilla.io/exit-code}</td><td>code of an end by itself, 0 unless given; 137 is reported as
 *     OOMKilled if {@code sim.flotilla.io/oom} is true</td></tr>
 * <tr><td>{@code sim.flotilla.io/crash-loop}</td><td>N: the first N attempts end with code 1 (or exit-code) after run-for
 *     or 100 ms, later ones run; {@code true}: all of them do</td></tr>
 * <tr><td>{@code sim.flotilla.io/stop-delay}</td><td>how long a container takes to end when asked, with code 0; killed
 *     with 137 if that is longer than the grace period</td></tr>
 * <tr><td>{@code sim.flotilla.io/log-lines}</td><td>text written at the start, {@code |} between lines</td></tr>
 * <tr><td>{@code sim.flotilla.io/log-interval}</td><td>write the lines again and again at this interval</td></tr>
 * <tr><td>{@code sim.flotilla.io/probe-results}</td><td>{@code ok,fail,ok}: what the commands run by ExecSync answer one
 *     after another, the last one for ever; {@code ok} for ever without. An agent may ask for the result of an http, tcp
 *     or gRPC probe of a simulated container in the same way, by the command {@code sim-probe}</td></tr>
 * <tr><td>{@code sim.flotilla.io/exec-output}, {@code sim.flotilla.io/exec-exit-code}</td><td>what exec answers; without,
 *     the command is repeated as text and the code is 0</td></tr>
 * <tr><td>{@code sim.flotilla.io/cpu}, {@code sim.flotilla.io/memory}</td><td>quantities: how many cores a container that
 *     runs is said to use at all times, and how much memory; 0 without</td></tr>
 * </table>
 *
 * <p>Sandboxes, containers and their ends are kept in a journal; an agent that starts again goes on with every timer at
 * the time that it was set for.
 */
@NullMarked
package io.flotilla.kubelet.runtime.sim;

import org.jspecify.annotations.NullMarked;
