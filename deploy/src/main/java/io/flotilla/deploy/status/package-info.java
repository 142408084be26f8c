/**
 * What is known of every process of a lab: roles, leaders, readiness, memory. Only reads.
 */
@NullMarked
package io.flotilla.deploy.status;

import org.jspecify.annotations.NullMarked;
