package io.flotilla.apiserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.flotilla.apiserver.FuzzSeeds;
import io.flotilla.apiserver.pipeline.PatchType;
import io.flotilla.apiserver.request.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever stands in a path, a query or an Accept header is understood, or refused as the client's fault. */
class QueryFuzzTest {
    private static final List<Consumer<Query>> READERS = List.of(
            Options::list,
            Options::create,
            Options::update,
            Options::delete,
            query -> Options.patch(query, PatchType.APPLY),
            query -> Options.patch(query, PatchType.MERGE));

    static Stream<byte[]> uris() {
        return FuzzSeeds.texts(
                "/api/v1/namespaces/default/pods/a/log?follow=true&tailLines=5",
                "/apis/apps/v1/watch/deployments?watch=1&timeoutSeconds=x&resourceVersion=0",
                "/api/v1/pods?limit=5&continue=abc&labelSelector=a%3Db&fieldSelector=metadata.name%3Dx",
                "/api/v1/pods?dryRun=All&dryRun=None&fieldManager=%00&fieldValidation=Strict&force",
                "/api/v1/nodes/a/proxy/b/c?gracePeriodSeconds=-1&propagationPolicy=X&orphanDependents=0",
                "//%2e%2e/api//?=&&=%zz",
                "?");
    }

    @MethodSource("uris")
    @FuzzTest
    void uris(byte[] input) {
        String uri = new String(input, StandardCharsets.UTF_8);
        int mark = uri.indexOf('?');
        Query query;
        try {
            query = Query.parse(uri.substring(mark + 1));
        } catch (IllegalArgumentException _) {
            return;
        }
        String path = mark < 0 ? uri : uri.substring(0, mark);
        Optional<ResourcePath> resource = path.startsWith("/") ? ResourcePath.parse(path) : Optional.empty();
        for (String method : new String[] {"GET", "DELETE", "BREW"}) {
            assertThat(RequestInfo.of(method, path, query, resource).attributes())
                    .isNotNull();
        }
        for (Consumer<Query> reader : READERS) {
            try {
                reader.accept(query);
            } catch (StatusException e) {
                assertThat(e.code()).isBetween(400, 499);
            }
        }
    }

    static Stream<byte[]> accepts() {
        return FuzzSeeds.texts(
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
                "application/vnd.kubernetes.protobuf;q=0.5, */*",
                "text/*;q=a;;,/,application/",
                "application/x;q=a/,;;,y",
                ";",
                ",",
                "application/yaml;stream=watch");
    }

    @MethodSource("accepts")
    @FuzzTest
    void accepts(byte[] input) {
        Negotiation negotiation = new Negotiation();
        String header = new String(input, StandardCharsets.ISO_8859_1);
        assertThat(negotiation.accept(header)).isEqualTo(negotiation.accept(header));
        assertThat(negotiation.accept(header, each -> each.form() == Negotiation.Form.TABLE))
                .isNotNull();
    }
}
