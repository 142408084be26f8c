/**
 * System tests: the launcher, the lab's real processes and the real kubectl.
 */
@NullMarked
package io.flotilla.deploy.system;

import org.jspecify.annotations.NullMarked;
