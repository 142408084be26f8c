package io.flotilla.apiserver.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContinueTokenTest {
    @Test
    void aTokenSaysWhatItWasMadeOf() {
        ContinueToken token = new ContinueToken(42, "ns/\u00e4\"\0");
        assertThat(ContinueToken.parse(token.encode())).isEqualTo(token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "!!!", "e30", "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ", "bnVsbA"})
    void whatIsNoTokenIsRefused(String text) {
        assertThatThrownBy(() -> ContinueToken.parse(text)).hasMessageStartingWith("continue key is not valid: ");
    }
}
