package io.flotilla.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
            description = "CA of that certificate, published for extension servers to trust"
                    + " whom a client so certified names in headers.")
    private @Nullable Path requestHeaderClientCaFile;

    @Option(
            names = "--requestheader-allowed-names",
            split = ",",
            paramLabel = "NAME",
            description = "Common names of certificates of that CA which are so trusted; none for any.")
    private List<String> requestHeaderAllowedNames = List.of();

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
            data.put("requestheader-username-headers", list(List.of("X-Remote-User")));
            data.put("requestheader-uid-headers", list(List.of("X-Remote-Uid")));
            data.put("requestheader-group-headers", list(List.of("X-Remote-Group")));
            data.put("requestheader-extra-headers-prefix", list(List.of("X-Remote-Extra-")));
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
