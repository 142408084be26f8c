/**
 * The lab's command line. What it commands lives in the packages below.
 */
@NullMarked
package io.flotilla.deploy;

import org.jspecify.annotations.NullMarked;
