package io.flotilla.apiserver.admission.webhook;

import io.flotilla.apiserver.schema.ResourceInfo;

/**
 * A webhook whose rules match a write.
 *
 * @param as the name of the resource that they match
 */
record Invocation(Hook hook, ResourceInfo as) {}
