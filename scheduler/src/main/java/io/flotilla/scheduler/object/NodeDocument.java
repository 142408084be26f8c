package io.flotilla.scheduler.object;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a Node that scheduling reads; the parser skips all others. */
record NodeDocument(
        Metadata metadata, @Nullable Spec spec, @Nullable Status status) {

    record Metadata(
            String name,
            @Nullable String uid,
            @Nullable String resourceVersion,
            @Nullable Map<String, String> labels) {}

    record Spec(@Nullable Boolean unschedulable, @Nullable List<TaintField> taints) {}

    record TaintField(String key, @Nullable String value, String effect) {}

    record Status(
            @Nullable Map<String, String> allocatable,
            @Nullable List<Image> images) {}

    record Image(@Nullable List<String> names, @Nullable Long sizeBytes) {}
}
