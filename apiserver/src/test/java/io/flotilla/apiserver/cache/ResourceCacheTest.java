package io.flotilla.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.apiserver.storage.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;

class ResourceCacheTest {
    private final AtomicLong progress = new AtomicLong();
    private final SelectableFields fields = SelectableFields.of("", "pods");
    private final ResourceCache cache =
            new ResourceCache("/registry/pods/", true, fields, progress::get, System::nanoTime);
    private final WatchForm<String> form = new WatchForm<>() {
        @Override
        public String frame(WatchEventType type, CachedObject object) {
            return type + " " + object.key() + "@" + object.revision();
        }

        @Override
        public String bookmark(long revision, boolean initialEventsEnd) {
            return "BOOKMARK@" + revision + (initialEventsEnd ? " end" : "");
        }

        @Override
        public String cast(Object frame) {
            return (String) frame;
        }
    };

    ResourceCacheTest() {
        cache.reset(TreePMap.empty(), 10);
        progress.set(10);
    }

    private void put(String key, long revision, String label) {
        String json = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\",\"labels\":{\"app\":\""
                + label + "\"}},\"spec\":{\"nodeName\":\"" + label + "\"}}";
        apply(
                key,
                Optional.of(StoredForm.decode(
                        key, new Versioned(key, json.getBytes(StandardCharsets.UTF_8), revision), fields)),
                revision);
    }

    private void delete(String key, long revision) {
        apply(key, Optional.empty(), revision);
    }

    private void apply(String key, Optional<CachedObject> object, long revision) {
        Set<Watcher<?>> toWake = new HashSet<>();
        cache.apply(key, object, revision, toWake);
        progress.set(revision);
        toWake.forEach(Watcher::wake);
    }

    private Watcher<String> watch(Selection selection, OptionalLong after) {
        return cache.watch(selection, form, after, true, false, () -> {});
    }

    private static List<String> drain(Watcher<String> watcher) {
        List<String> frames = new ArrayList<>();
        for (Optional<String> frame = watcher.next(); frame.isPresent(); frame = watcher.next()) {
            frames.add(frame.get());
        }
        return frames;
    }

    private static Selection labelled(String value) {
        return new Selection(
                "",
                Optional.empty(),
                List.of(new LabelRequirement("app", LabelRequirement.Operator.IN, Set.of(value))),
                List.of());
    }

    @Test
    void aWatchFromAVersionGetsWhatFollowsIt() {
        put("a/1", 11, "x");
        put("a/2", 12, "x");
        Watcher<String> watcher = watch(Selection.ALL, OptionalLong.of(11));
        put("a/1", 13, "y");
        assertThat(drain(watcher)).containsExactly("ADDED a/2@12", "MODIFIED a/1@13");
    }

    @Test
    void aWatchFromAVersionThatTheCacheHasYetToReachGetsNothingUpToIt() {
        Watcher<String> watcher = watch(Selection.ALL, OptionalLong.of(12));
        cache.bookmark(10);
        put("a/1", 11, "x");
        put("a/1", 12, "y");
        cache.bookmark(12);
        put("a/1", 13, "z");
        assertThat(drain(watcher)).containsExactly("BOOKMARK@12", "MODIFIED a/1@13");
    }

    @Test
    void aWatchWithoutAVersionGetsThePresentObjectsFirst() {
        put("b/1", 11, "x");
        put("a/1", 12, "x");
        Watcher<String> watcher = watch(Selection.ofNamespace("a"), OptionalLong.empty());
        delete("a/1", 13);
        assertThat(drain(watcher)).containsExactly("ADDED a/1@12", "DELETED a/1@13");
    }

    @Test
    void anObjectThatLeavesTheSelectionIsDeletedForItsWatch() {
        put("a/1", 11, "x");
        Watcher<String> watcher = watch(labelled("x"), OptionalLong.of(11));
        put("a/1", 12, "y");
        put("a/1", 13, "x");
        put("a/1", 14, "x");
        assertThat(drain(watcher)).containsExactly("DELETED a/1@12", "ADDED a/1@13", "MODIFIED a/1@14");
    }

    @Test
    void aWatchOfANodeSeesObjectsComeAndGo() {
        int node = fields.indexOf("spec.nodeName").orElseThrow();
        Watcher<String> watcher = watch(
                new Selection(
                        "", Optional.empty(), List.of(), List.of(new Selection.FieldRequirement.Own(node, "n1", true))),
                OptionalLong.of(10));
        put("a/1", 11, "n2");
        put("a/1", 12, "n1");
        put("a/1", 13, "n3");
        assertThat(drain(watcher)).containsExactly("ADDED a/1@12", "DELETED a/1@13");
    }

    @Test
    void aWatchOfOneNameSeesNothingElse() {
        Watcher<String> watcher =
                watch(new Selection("a", Optional.of("1"), List.of(), List.of()), OptionalLong.of(10));
        put("a/2", 11, "x");
        put("a/1", 12, "x");
        put("b/1", 13, "x");
        assertThat(drain(watcher)).containsExactly("ADDED a/1@12");
    }

    @Test
    void theInitialEventsEndWithABookmark() {
        put("a/1", 11, "x");
        Watcher<String> watcher = cache.watch(Selection.ALL, form, OptionalLong.empty(), true, true, () -> {});
        cache.bookmark(11);
        assertThat(drain(watcher)).containsExactly("ADDED a/1@11", "BOOKMARK@11 end", "BOOKMARK@11");
    }

    @Test
    void aVersionBeforeTheCacheBeganIsTooOld() {
        assertThatThrownBy(() -> watch(Selection.ALL, OptionalLong.of(9)))
                .isInstanceOf(ExpiredException.class)
                .hasMessage("too old resource version: 9 (10)");
    }

    @Test
    void aClientThatDoesNotReadIsCutOffWithoutHarmToOthers() {
        Watcher<String> slow = watch(Selection.ALL, OptionalLong.of(10));
        Watcher<String> quick = watch(Selection.ALL, OptionalLong.of(10));
        int seen = 0;
        for (int i = 0; i < 9_000; i++) {
            put("a/1", 11 + i, "x");
            seen += drain(quick).size();
        }
        assertThat(slow.end()).isEqualTo(Watcher.End.TOO_SLOW);
        assertThat(quick.end()).isEqualTo(Watcher.End.OPEN);
        assertThat(seen).isEqualTo(9_000);
    }

    @Test
    void aWatcherIsWokenOnceUntilItHasTakenEverything() {
        List<String> wakes = new ArrayList<>();
        Watcher<String> watcher =
                cache.watch(Selection.ALL, form, OptionalLong.of(10), false, false, () -> wakes.add("wake"));
        put("a/1", 11, "x");
        put("a/1", 12, "x");
        assertThat(wakes).hasSize(1);
        drain(watcher);
        put("a/1", 13, "x");
        assertThat(wakes).hasSize(2);
    }

    @Test
    void aReloadEndsTheWatchesAndForgetsThePast() {
        put("a/1", 11, "x");
        Watcher<String> watcher = watch(Selection.ALL, OptionalLong.of(11));
        cache.reset(TreePMap.empty(), 50);
        assertThat(watcher.end()).isEqualTo(Watcher.End.CLOSED);
        assertThatThrownBy(() -> watch(Selection.ALL, OptionalLong.of(11))).isInstanceOf(ExpiredException.class);
    }

    @Test
    void aSnapshotOfThePastStaysAsItWas() {
        put("a/1", 11, "x");
        put("a/2", 13, "x");
        delete("a/1", 15);
        assertThat(keys(cache.at(10).orElseThrow())).isEmpty();
        assertThat(keys(cache.at(12).orElseThrow())).containsExactly("a/1");
        assertThat(keys(cache.at(14).orElseThrow())).containsExactly("a/1", "a/2");
        assertThat(keys(cache.snapshot())).containsExactly("a/2");
        assertThat(cache.at(9)).isEmpty();
    }

    @Test
    void aRangeOfANamespaceHoldsNothingOfOthers() {
        put("a/1", 11, "x");
        put("a-b/1", 12, "x");
        put("ab/1", 13, "x");
        Snapshot snapshot = cache.snapshot();
        assertThat(keys(snapshot.from("a", ""))).containsExactly("a/1");
        assertThat(snapshot.count("a", "a/1\0")).isZero();
        assertThat(snapshot.count("", "")).isEqualTo(3);
    }

    @Test
    void aClosedWatchIsForgotten() {
        Watcher<String> watcher = watch(Selection.ALL, OptionalLong.of(10));
        assertThat(cache.watchCount()).isEqualTo(1);
        watcher.close();
        put("a/1", 11, "x");
        assertThat(cache.watchCount()).isZero();
        assertThat(drain(watcher)).isEmpty();
    }

    private static List<String> keys(Snapshot snapshot) {
        return keys(snapshot.from("", ""));
    }

    private static List<String> keys(Iterator<CachedObject> objects) {
        List<String> keys = new ArrayList<>();
        objects.forEachRemaining(object -> keys.add(object.key()));
        return keys;
    }
}
