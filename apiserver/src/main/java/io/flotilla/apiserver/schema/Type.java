package io.flotilla.apiserver.schema;

/** What a JSON value of the API may be. Built-in and custom kinds are described by the same four forms. */
public sealed interface Type permits Scalar, ListType, MapType, StructType {

    /** The name that Go's decoder gives the type in its error texts, such as {@code []v1.Container}. */
    String goName();
}
