package io.flotilla.apiserver.discovery;

import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The order of API versions: stable before beta before alpha, then the greater number first. */
final class ApiVersions {
    private static final Pattern VERSION = Pattern.compile("v(\\d+)(?:(alpha|beta)(\\d+))?");

    static final Comparator<String> ORDER =
            Comparator.comparingLong(ApiVersions::rank).reversed().thenComparing(Comparator.naturalOrder());

    static final Comparator<ResourceInfo> PREFERRED_FIRST = Comparator.comparing(ResourceInfo::group)
            .thenComparing(ResourceInfo::version, ORDER)
            .thenComparing(ResourceInfo::resource);

    private ApiVersions() {}

    private static long rank(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return -1;
        }
        long major = Long.parseLong(matcher.group(1));
        if (matcher.group(2) == null) {
            return 2_000_000 + major * 1000;
        }
        long minor = Long.parseLong(matcher.group(3));
        return (matcher.group(2).equals("beta") ? 1_000_000 : 0) + major * 1000 + minor;
    }
}
