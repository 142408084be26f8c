package io.flotilla.apiserver.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EdgesTest {
    /** Few names stay in the array, many grow into the tree and back. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 32, 33, 200})
    void behavesAsASortedMap(int names) {
        Random random = new Random(names);
        SortedMap<String, FieldSet> expected = new TreeMap<>();
        Edges edges = new Edges();
        for (int step = 0; step < 2_000; step++) {
            String name = "f:" + random.nextInt(names);
            // Once most are put in, most are taken out.
            if (random.nextInt(4) < (step < 1_000 ? 3 : 1)) {
                FieldSet set = new FieldSet();
                edges.put(name, set);
                expected.put(name, set);
            } else {
                edges.remove(name);
                expected.remove(name);
            }
            assertThat(edges.get(name)).isSameAs(expected.get(name));
            assertThat(edges.isEmpty()).isEqualTo(expected.isEmpty());
        }
        assertSame(edges, expected);

        Edges copy = new Edges(edges);
        copy.put("f:new", new FieldSet());
        copy.remove("f:0");
        assertSame(edges, expected);
        assertThat(copy.get("f:new")).isNotNull();
        assertThat(copy.get("f:0")).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 100})
    void whatGrowsOnceIsThereThen(int names) {
        Edges edges = new Edges();
        List<FieldSet> grown = new ArrayList<>();
        for (int i = 0; i < names; i++) {
            grown.add(edges.grow("f:" + i));
        }

        for (int i = 0; i < names; i++) {
            assertThat(edges.grow("f:" + i)).isSameAs(grown.get(i));
        }
    }

    private static void assertSame(Edges edges, SortedMap<String, FieldSet> expected) {
        Edges walk = edges.inOrder();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < walk.size(); i++) {
            names.add(walk.name(i));
            assertThat(walk.set(i)).isSameAs(expected.get(walk.name(i)));
        }
        assertThat(names).containsExactlyElementsOf(expected.keySet());
    }
}
