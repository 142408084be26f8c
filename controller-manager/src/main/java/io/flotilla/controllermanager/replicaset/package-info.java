/**
 * ReplicaSets: as many pods as asked for.
 */
@NullMarked
package io.flotilla.controllermanager.replicaset;

import org.jspecify.annotations.NullMarked;
