/**
 * The log format of CRI, which the agent's {@code logs} reads back: a timestamp, the stream, P for a part of a line or F
 * for its end, the text. Who writes where belongs to the runtimes.
 */
@NullMarked
package io.flotilla.kubelet.runtime.crilog;

import org.jspecify.annotations.NullMarked;
