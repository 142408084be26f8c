package io.flotilla.apiserver.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.codec.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldSetTest {

    private static JsonNode json(String text) {
        return JsonCodec.decodeAny(text.getBytes(StandardCharsets.UTF_8));
    }

    private static FieldSet set(String text) {
        return FieldSet.of(json(text));
    }

    @Test
    void isWrittenInTheOrderOfItsEdgesWithADotForWhatHoldsAndLeads() {
        FieldSet set =
                set("{\"f:b\":{\"f:c\":{},\".\":{}},\"f:a\":{},\"f:d\":{\"k:{\\\"n\\\":\\\"x\\\"}\":{\"f:y\":{}}}}");

        assertThat(set)
                .hasToString(
                        "{\"f:a\":{},\"f:b\":{\".\":{},\"f:c\":{}},\"f:d\":{\"k:{\\\"n\\\":\\\"x\\\"}\":{\"f:y\":{}}}}");
        assertThat(set.paths()).containsExactly(".a", ".b", ".b.c", ".d[n=\"x\"].y");
    }

    @Test
    void theTextReadAgainIsTheSameSet() {
        FieldSet set = set("{\"f:a\":{\"f:b\":{}}}");

        assertThat(FieldSet.of(set.toJson())).hasToString(set.toString());
        assertThat(FieldSet.of(set.toJson())).isSameAs(FieldSet.of(set.toJson()));
        assertThat(FieldSet.of(set.toJson()).isSameAs(set)).isTrue();
        assertThat(set("{\"f:a\":{\"f:c\":{}}}").isSameAs(set)).isFalse();
    }

    @Test
    void operationsThatChangeNothingGiveTheSetItself() {
        FieldSet set = set("{\"f:a\":{\"f:b\":{},\"f:c\":{}}}");

        assertThat(set.union(set("{\"f:a\":{\"f:b\":{}}}"))).isSameAs(set);
        assertThat(set.difference(set("{\"f:a\":{\"f:x\":{}},\"f:y\":{}}"))).isSameAs(set);
        assertThat(set.without(set("{\"f:y\":{}}"))).isSameAs(set);
    }

    @Test
    void operationsChangeNeitherOfTheirSets() {
        FieldSet one = set("{\"f:a\":{\"f:b\":{},\"f:c\":{}},\"f:d\":{}}");
        FieldSet other = set("{\"f:a\":{\".\":{},\"f:b\":{},\"f:e\":{}}}");
        String before = one + " " + other;

        assertThat(one.union(other)).hasToString("{\"f:a\":{\".\":{},\"f:b\":{},\"f:c\":{},\"f:e\":{}},\"f:d\":{}}");
        assertThat(one.difference(other)).hasToString("{\"f:a\":{\"f:c\":{}},\"f:d\":{}}");
        assertThat(other.difference(one)).hasToString("{\"f:a\":{\".\":{},\"f:e\":{}}}");
        assertThat(one.without(other)).hasToString("{\"f:d\":{}}");
        assertThat(one.intersection(other)).hasToString("{\"f:a\":{\"f:b\":{}}}");
        assertThat(one + " " + other).isEqualTo(before);
    }

    @Test
    void whatIsTakenWholeLeavesNoEdge() {
        FieldSet set = set("{\"f:a\":{\"f:b\":{}}}");

        assertThat(set.difference(set).isEmpty()).isTrue();
        assertThat(set.difference(set)).hasToString("{}");
        assertThat(FieldSet.ofPaths(List.of("f:a", "f:b")).isSameAs(set)).isTrue();
    }
}
