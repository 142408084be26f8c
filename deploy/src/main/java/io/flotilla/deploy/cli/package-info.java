/**
 * The commands of {@code flotilla}, one class each. What they command is in the other packages.
 */
@NullMarked
package io.flotilla.deploy.cli;

import org.jspecify.annotations.NullMarked;
