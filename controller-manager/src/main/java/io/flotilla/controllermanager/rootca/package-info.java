/**
 * Publishes the cluster's root CA as ConfigMap kube-root-ca.crt in every namespace.
 */
@NullMarked
package io.flotilla.controllermanager.rootca;

import org.jspecify.annotations.NullMarked;
