package io.flotilla.apiserver.schema;

/**
 * That a version of a resource is one which Kubernetes has ceased to serve, or advises against.
 *
 * @param warning text of the warning that each request for it gets
 * @param removedRelease such as {@code 1.16}; empty where none is known
 */
public record Deprecation(String warning, String removedRelease) {}
