/**
 * Asking a process of the lab how it is, over HTTP. Depends on nothing else of the lab.
 */
@NullMarked
package io.flotilla.deploy.probe;

import org.jspecify.annotations.NullMarked;
