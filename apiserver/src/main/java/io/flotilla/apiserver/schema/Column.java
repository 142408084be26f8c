package io.flotilla.apiserver.schema;

/**
 * A column of a resource's Table.
 *
 * @param priority 0 for columns that are always shown, more for wide output
 */
public record Column(String name, String type, String format, int priority) {}
