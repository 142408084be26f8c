package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionOverload;

/** URLs and their parts: {@code url('https://example.com:80/').getHost()}. */
final class Urls {
    private static final CelType URL = OpaqueType.create("kubernetes.URL");
    private static final CelType STRING = SimpleType.STRING;

    private Urls() {}

    static void addTo(Functions functions) {
        functions.global("url", "string_to_url", URL, STRING, String.class, Url::parse);
        functions.global("isURL", "is_url_string", SimpleType.BOOL, STRING, String.class, Url::isValid);
        part(functions, "getScheme", "url_get_scheme", STRING, Url::scheme);
        part(functions, "getHost", "url_get_host", STRING, Url::host);
        part(functions, "getHostname", "url_get_hostname", STRING, Url::hostname);
        part(functions, "getPort", "url_get_port", STRING, Url::port);
        part(functions, "getEscapedPath", "url_get_escaped_path", STRING, Url::escapedPath);
        part(functions, "getQuery", "url_get_query", MapType.create(STRING, ListType.create(STRING)), Url::parameters);
    }

    private static void part(
            Functions functions, String name, String overload, CelType type, CelFunctionOverload.Unary<Url> part) {
        functions.member(name, overload, type, URL, Url.class, part);
    }
}
