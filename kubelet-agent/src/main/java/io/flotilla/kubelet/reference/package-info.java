/** The ConfigMaps and Secrets that the node's pods refer to, each watched for as long as a pod refers to it. */
@NullMarked
package io.flotilla.kubelet.reference;

import org.jspecify.annotations.NullMarked;
