/**
 * Gives each node a pod CIDR out of the cluster's.
 */
@NullMarked
package io.flotilla.controllermanager.nodeipam;

import org.jspecify.annotations.NullMarked;
