package io.flotilla.apiserver.storage;

/**
 * A key's value as etcd holds it.
 *
 * @param revision mod revision
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared nor changed
public record Versioned(String key, byte[] value, long revision) {}
