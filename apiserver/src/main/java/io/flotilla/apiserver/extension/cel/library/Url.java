package io.flotilla.apiserver.extension.cel.library;

import io.flotilla.apiserver.request.Quoting;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An absolute URL or an absolute path. Read as Go reads them, which is more lenient than RFC 3986: spaces may stand in
 * paths.
 *
 * @param host with its port, if any
 * @param path as it was written
 */
record Url(String scheme, String host, String path, String query) {
    private static final Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):(.*)", Pattern.DOTALL);
    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2}).{0,2}", Pattern.DOTALL);
    private static final String PLAIN = "-_.~$&+,/:;=@";

    /** Fails with a {@link FunctionException} that says what is wrong. */
    static Url parse(String text) {
        try {
            return read(text);
        } catch (IllegalArgumentException e) {
            throw new FunctionException("URL parse error during conversion from string: " + e.getMessage());
        }
    }

    static boolean isValid(String text) {
        try {
            read(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Why a text is none, as Go tells it; empty for a URL. */
    static String trouble(String text) {
        try {
            read(text);
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static IllegalArgumentException failure(String text, String why) {
        return new IllegalArgumentException("parse " + Quoting.quote(text) + ": " + why);
    }

    private static Url read(String text) {
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw failure(text, "net/url: invalid control character in URL");
        }
        if (text.isEmpty()) {
            throw failure(text, "empty url");
        }
        if (text.startsWith(":")) {
            throw failure(text, "missing protocol scheme");
        }
        Matcher scheme = SCHEME.matcher(text);
        boolean absolute = scheme.matches();
        String rest = cut(absolute ? scheme.group(2) : text, '#');
        if (!absolute && !rest.startsWith("/")) {
            throw failure(text, "invalid URI for request");
        }
        int question = rest.indexOf('?');
        String query = question < 0 ? "" : rest.substring(question + 1);
        String before = question < 0 ? rest : rest.substring(0, question);
        String host = "";
        String path = before;
        if (absolute && !before.startsWith("/")) {
            // An opaque URL, such as a mail address.
            path = "";
        } else if (before.startsWith("//") && absolute) {
            int end = before.indexOf('/', 2);
            String authority = before.substring(2, end < 0 ? before.length() : end);
            path = end < 0 ? "" : before.substring(end);
            host = authority.substring(authority.lastIndexOf('@') + 1);
            checkHost(text, host);
        }
        Matcher bad = BAD_ESCAPE.matcher(path);
        if (bad.find()) {
            throw failure(text, "invalid URL escape " + Quoting.quote(bad.group()));
        }
        return new Url(absolute ? scheme.group(1).toLowerCase(Locale.ROOT) : "", host, path, query);
    }

    private static String cut(String text, char at) {
        int place = text.indexOf(at);
        return place < 0 ? text : text.substring(0, place);
    }

    private static void checkHost(String text, String host) {
        String port;
        if (host.startsWith("[")) {
            int end = host.lastIndexOf(']');
            if (end < 0) {
                throw failure(text, "missing ']' in host");
            }
            port = host.substring(end + 1);
        } else {
            int colon = host.indexOf(':');
            int last = host.lastIndexOf(':');
            port = colon < 0 ? "" : host.substring(colon == last ? colon : last);
            if (colon != last) {
                throw failure(text, "invalid port " + Quoting.quote(host.substring(colon)) + " after host");
            }
        }
        if (!port.matches("(:[0-9]*)?")) {
            throw failure(text, "invalid port " + Quoting.quote(port) + " after host");
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c == ' ' || c == '\\' || c == '^' || c == '{' || c == '}' || c == '|' || c == '`') {
                throw failure(text, "invalid character " + Quoting.quote(String.valueOf(c)) + " in host name");
            }
        }
    }

    /** The host without port and without the brackets of an IPv6 address. */
    String hostname() {
        if (host.startsWith("[")) {
            return host.substring(1, host.lastIndexOf(']'));
        }
        return cut(host, ':');
    }

    String port() {
        int colon = host.indexOf(':', host.lastIndexOf(']') + 1);
        return colon < 0 ? "" : host.substring(colon + 1);
    }

    /** The path, with what may not stand there escaped. */
    String escapedPath() {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < path.length(); ) {
            int c = path.codePointAt(i);
            i += Character.charCount(c);
            boolean plain =
                    c < 128 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0 || "%!'()*[]".indexOf(c) >= 0);
            if (plain) {
                escaped.appendCodePoint(c);
                continue;
            }
            for (byte each : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                escaped.append('%').append(String.format("%02X", each));
            }
        }
        return escaped.toString();
    }

    /** Values by key, both unescaped; what cannot be unescaped is left out. */
    Map<String, List<String>> parameters() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String each : query.split("&", -1)) {
            if (each.isEmpty()
                    || each.indexOf(';') >= 0
                    || BAD_ESCAPE.matcher(each).find()) {
                continue;
            }
            int equals = each.indexOf('=');
            String key = decode(equals < 0 ? each : each.substring(0, equals));
            parameters
                    .computeIfAbsent(key, _ -> new ArrayList<>())
                    .add(decode(equals < 0 ? "" : each.substring(equals + 1)));
        }
        return parameters;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
