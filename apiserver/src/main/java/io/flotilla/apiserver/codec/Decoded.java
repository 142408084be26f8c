package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.FieldProblem;
import java.util.List;

/**
 * An object read from bytes, before its type is known.
 *
 * @param duplicates fields that were given more than once; the last value stands
 */
public record Decoded(ObjectNode object, List<FieldProblem> duplicates) {}
