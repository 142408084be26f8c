package io.flotilla.apiserver.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.apiserver.cache.LabelRequirement;
import io.flotilla.apiserver.cache.LabelRequirement.Operator;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.request.StatusException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {
    private final SelectableFields pods = SelectableFields.of("", "pods");

    private Selection parse(String labels, String fields) {
        return Selectors.parse("ns", labels, fields, pods);
    }

    @Test
    void everyOperatorOfLabelsIsRead() {
        assertThat(parse("a=b,c!=d,e in (f,g),h notin (i), j ,!k,l>3,m<4,n==o", "")
                        .labels())
                .containsExactly(
                        new LabelRequirement("a", Operator.IN, Set.of("b")),
                        new LabelRequirement("c", Operator.NOT_IN, Set.of("d")),
                        new LabelRequirement("e", Operator.IN, Set.of("f", "g")),
                        new LabelRequirement("h", Operator.NOT_IN, Set.of("i")),
                        new LabelRequirement("j", Operator.EXISTS, Set.of()),
                        new LabelRequirement("k", Operator.DOES_NOT_EXIST, Set.of()),
                        new LabelRequirement("l", Operator.GREATER_THAN, Set.of("3")),
                        new LabelRequirement("m", Operator.LESS_THAN, Set.of("4")),
                        new LabelRequirement("n", Operator.IN, Set.of("o")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a in (b", "a in b", "a,", "=b", "a=b c", "a=!b", "a>x", "-a=b", "a in ()c"})
    void whatIsNoLabelSelectorIsRefused(String text) {
        assertThatThrownBy(() -> parse(text, ""))
                .isInstanceOf(StatusException.class)
                .hasMessageMatching("(?s)(unable to parse requirement: |found '.*', expected: ).*");
    }

    @Test
    void aNameInAFieldSelectorIsKnownAsSuch() {
        assertThat(parse("", "metadata.name=x,spec.nodeName!=n").name()).contains("x");
        assertThat(parse("", "metadata.name=x,spec.nodeName!=n").fields()).hasSize(1);
    }

    @Test
    void escapedCharactersOfFieldSelectorsAreThemselves() {
        assertThat(parse("", "metadata.name=a\\,b\\=c").name()).contains("a,b=c");
    }

    @Test
    void anUnsupportedFieldIsToldInTheWordsOfItsKind() {
        assertThatThrownBy(() -> parse("", "spec.foo=x")).hasMessage("field label not supported: spec.foo");
        assertThatThrownBy(() -> Selectors.parse("", "", "spec.foo=x", SelectableFields.NONE))
                .hasMessage("\"spec.foo\" is not a known field selector: only \"metadata.name\","
                        + " \"metadata.namespace\"");
    }
}
