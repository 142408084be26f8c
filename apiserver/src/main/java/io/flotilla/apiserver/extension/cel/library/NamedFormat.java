package io.flotilla.apiserver.extension.cel.library;

import io.flotilla.apiserver.extension.structural.Formats;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A format of texts that has a name.
 *
 * @param rule tells what is wrong with a text
 */
record NamedFormat(String name, Function<String, List<String>> rule) {
    static final Map<String, NamedFormat> ALL = new LinkedHashMap<>();

    static {
        add("dns1123Label", Names::label);
        add("dns1123Subdomain", Names::subdomain);
        add("dns1035Label", Names::dns1035Label);
        add("qualifiedName", Names::qualified);
        add("dns1123LabelPrefix", text -> Names.label(Names.maskTrailingDash(text)));
        add("dns1123SubdomainPrefix", text -> Names.subdomain(Names.maskTrailingDash(text)));
        add("dns1035LabelPrefix", text -> Names.dns1035Label(Names.maskTrailingDash(text)));
        add("labelValue", Names::labelValue);
        add("uri", text -> trouble(Url.trouble(text)));
        add("uuid", text -> trouble(Formats.accepts("uuid", text) ? "" : "does not match the UUID format"));
        add("byte", text -> trouble(Formats.accepts("byte", text) ? "" : "invalid base64"));
        add("date", text -> trouble(Formats.accepts("date", text) ? "" : "invalid date"));
        add("datetime", text -> trouble(Formats.accepts("datetime", text) ? "" : "invalid datetime"));
    }

    private static void add(String name, Function<String, List<String>> rule) {
        ALL.put(name, new NamedFormat(name, rule));
    }

    private static List<String> trouble(String why) {
        return why.isEmpty() ? List.of() : List.of(why);
    }
}
