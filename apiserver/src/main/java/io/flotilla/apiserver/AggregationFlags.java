package io.flotilla.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flotilla.apiserver.authn.RequestHeaders;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.extension.aggregation.FrontProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Flags about extension servers, and how they know this one. */
public final class AggregationFlags {
    @Option(
            names = "--proxy-client-cert-file",
            paramLabel = "FILE",
            description = "Client certificate for extension servers.")
    private @Nullable Path proxyClientCertFile;

    @Option(
            names = "--proxy-client-key-file",
            paramLabel = "FILE",
            description = "Key of the client certificate for extension servers.")
    private @Nullable Path proxyClientKeyFile;

    @Option(
            names = "--requestheader-client-ca-file",
            paramLabel = "FILE",
            description = "CA of front proxies: whom a client so certified names in headers is believed,"
                    + " here and by extension servers.")
    private @Nullable Path requestHeaderClientCaFile;

    @Option(
            names = "--requestheader-allowed-names",
            split = ",",
            paramLabel = "NAME",
            description = "Common names of certificates of that CA which are so trusted; none for any.")
    private List<String> requestHeaderAllowedNames = List.of();

    @Option(
            names = "--requestheader-username-headers",
            split = ",",
            paramLabel = "HEADER",
            description = "Headers in which front proxies name the user; the first that is sent counts.")
    private List<String> userHeaders = RequestHeaders.STANDARD.userHeaders();

    @Option(
            names = "--requestheader-uid-headers",
            split = ",",
            paramLabel = "HEADER",
            description = "Headers in which front proxies tell the user's uid; the first that is sent counts.")
    private List<String> uidHeaders = RequestHeaders.STANDARD.uidHeaders();

    @Option(
            names = "--requestheader-group-headers",
            split = ",",
            paramLabel = "HEADER",
            description = "Headers in which front proxies tell the user's groups.")
    private List<String> groupHeaders = RequestHeaders.STANDARD.groupHeaders();

    @Option(
            names = "--requestheader-extra-headers-prefix",
            split = ",",
            paramLabel = "PREFIX",
            description = "What headers begin with in which front proxies tell the user's extra claims.")
    private List<String> extraPrefixes = RequestHeaders.STANDARD.extraPrefixes();

    /** In which headers front proxies name users. */
    RequestHeaders requestHeaders() {
        checkNames("requestheader-username-headers", userHeaders);
        checkNames("requestheader-uid-headers", uidHeaders);
        checkNames("requestheader-group-headers", groupHeaders);
        checkNames("requestheader-extra-headers-prefix", extraPrefixes);
        return new RequestHeaders(userHeaders, uidHeaders, groupHeaders, extraPrefixes);
    }

    private static void checkNames(String flag, List<String> names) {
        if (names.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("empty value in \"" + flag + "\"");
        }
    }

    Optional<Path> requestHeaderClientCa() {
        return Optional.ofNullable(requestHeaderClientCaFile);
    }

    List<String> requestHeaderAllowedNames() {
        checkNames("requestheader-allowed-names", requestHeaderAllowedNames);
        return requestHeaderAllowedNames;
    }

    /** How this server shows itself. */
    FrontProxy frontProxy() {
        return FrontProxy.of(Optional.ofNullable(proxyClientCertFile), Optional.ofNullable(proxyClientKeyFile));
    }

    /** What extension servers are to know, as the ConfigMap extension-apiserver-authentication has it. */
    Map<String, String> published(Path clientCaFile) {
        Map<String, String> data = new TreeMap<>();
        data.put("client-ca-file", read("--client-ca-file", clientCaFile));
        if (requestHeaderClientCaFile != null) {
            data.put("requestheader-client-ca-file", read("--requestheader-client-ca-file", requestHeaderClientCaFile));
            data.put("requestheader-allowed-names", list(requestHeaderAllowedNames));
            data.put("requestheader-username-headers", list(userHeaders));
            data.put("requestheader-uid-headers", list(uidHeaders));
            data.put("requestheader-group-headers", list(groupHeaders));
            data.put("requestheader-extra-headers-prefix", list(extraPrefixes));
        }
        return data;
    }

    private static String read(String flag, Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(flag + ": cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static String list(List<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        values.forEach(array::add);
        return new String(JsonCodec.encode(array), StandardCharsets.UTF_8);
    }
}
