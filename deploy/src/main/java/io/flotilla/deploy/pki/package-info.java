/**
 * The trust of one cluster: its certificate authorities, the certificates and keys of every process, and kubeconfig files. Depends on {@code plan} for who takes part.
 */
@NullMarked
package io.flotilla.deploy.pki;

import org.jspecify.annotations.NullMarked;
