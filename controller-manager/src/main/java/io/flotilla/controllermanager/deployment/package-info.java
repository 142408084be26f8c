/**
 * Deployments: replica sets for the revisions of a pod template, rolled out and scaled. Works on ReplicaSets only; pods are
 * the business of {@code replicaset}.
 */
@NullMarked
package io.flotilla.controllermanager.deployment;

import org.jspecify.annotations.NullMarked;
