package io.flotilla.apiserver.schema;

/** The leaves of the API's types, and the few that have a JSON form of their own. */
public enum Scalar implements Type {
    STRING('s', "string"),
    BOOLEAN('b', "bool"),
    INT32('i', "int32"),
    INT64('l', "int64"),
    DOUBLE('d', "float64"),
    /** Base64 in JSON. */
    BYTES('y', "[]uint8"),
    /** RFC 3339 in whole seconds, UTC. */
    TIME('t', "v1.Time"),
    /** RFC 3339 in microseconds, UTC. */
    MICRO_TIME('u', "v1.MicroTime"),
    /** A Go duration such as {@code 1m30s}. */
    DURATION('g', "v1.Duration"),
    QUANTITY('q', "resource.Quantity"),
    INT_OR_STRING('x', "intstr.IntOrString"),
    /** An object of any kind, kept as it is. */
    RAW('w', "runtime.RawExtension"),
    /** The field set of a managed fields entry. */
    FIELDS('f', "v1.FieldsV1"),
    /** Any JSON value, kept as it is. */
    ANY('j', "v1.JSON"),
    SCHEMA_OR_ARRAY('A', "v1.JSONSchemaPropsOrArray"),
    SCHEMA_OR_BOOL('B', "v1.JSONSchemaPropsOrBool"),
    SCHEMA_OR_STRINGS('S', "v1.JSONSchemaPropsOrStringArray");

    private final char code;
    private final String goName;

    Scalar(char code, String goName) {
        this.code = code;
        this.goName = goName;
    }

    @Override
    public String goName() {
        return goName;
    }

    static Scalar of(char code) {
        for (Scalar each : SCALARS) {
            if (each.code == code) {
                return each;
            }
        }
        throw new IllegalStateException("No type has the code " + code);
    }

    private static final Scalar[] SCALARS = values();
}
