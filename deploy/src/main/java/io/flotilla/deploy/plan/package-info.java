/**
 * What a lab consists of and where: counts, ports, address blocks, files. A plan is made once and kept in the data directory, so that a restarted lab has the addresses it had.
 */
@NullMarked
package io.flotilla.deploy.plan;

import org.jspecify.annotations.NullMarked;
