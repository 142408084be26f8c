/**
 * The gRPC transport of the cluster's own components: the same requests as REST, by the same pipeline, with objects as
 * bytes of JSON. Decides nothing about a request.
 */
@NullMarked
package io.flotilla.apiserver.grpc;

import org.jspecify.annotations.NullMarked;
