/**
 * The OpenAPI documents, made from {@code schema}: v3 a group version, v2 as JSON and as protobuf. Good for what clients use them for: explain, client-side validation, patch keys, support of query parameters.
 */
@NullMarked
package io.flotilla.apiserver.openapi;

import org.jspecify.annotations.NullMarked;
