/**
 * Bytes to trees and back: JSON, YAML and Kubernetes' protobuf. Knows types only through {@code schema}; knows nothing of requests or storage.
 */
@NullMarked
package io.flotilla.apiserver.codec;

import org.jspecify.annotations.NullMarked;
