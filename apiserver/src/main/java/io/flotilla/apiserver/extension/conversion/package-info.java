/**
 * How objects of a defined kind get from one version into another, as its definition says: by name alone, or by asking a
 * webhook. Knows nothing of storage and serving.
 */
@NullMarked
package io.flotilla.apiserver.extension.conversion;

import org.jspecify.annotations.NullMarked;
