/** Versions that Kubernetes no longer serves, and how what is written in them becomes what is stored. */
@NullMarked
package io.flotilla.apiserver.registry.legacy;

import org.jspecify.annotations.NullMarked;
