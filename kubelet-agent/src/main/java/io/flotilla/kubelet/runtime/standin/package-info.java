/**
 * Stand-ins for well-known images: what runs when a manifest says {@code nginx} and there is no image registry. A
 * catalogue of names, each with the entry point, command, ports and files that people expect of the image, made from
 * programs of this machine. What is not in the catalogue, or needs a program that is not installed, is refused with a
 * reason; nothing is run that merely happens to have the right name. How a container runs does not belong here.
 */
@NullMarked
package io.flotilla.kubelet.runtime.standin;

import org.jspecify.annotations.NullMarked;
