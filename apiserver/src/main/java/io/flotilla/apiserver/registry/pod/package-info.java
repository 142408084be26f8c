/**
 * Pods: the rules of a pod's spec, which every kind that holds a pod template shares, the strategy of pods, and their
 * subresources that change them.
 */
@NullMarked
package io.flotilla.apiserver.registry.pod;

import org.jspecify.annotations.NullMarked;
