/**
 * The vocabulary in which the rules of kinds are written: places in a tree, findings about them, and the formats that
 * many kinds share (names, labels, selectors, quantities, addresses, metadata), with the messages of Kubernetes. Knows
 * no kind and reads no other object.
 */
@NullMarked
package io.flotilla.apiserver.registry.validation;

import org.jspecify.annotations.NullMarked;
