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

    @Test
    void whatIsWrongWithATokenIsToldInGosWords() {
        refused("e30", "server does not recognize this encoded version ");
        refused("garbage", "invalid character '\\u0081' looking for beginning of value");
        refused("abc!", "illegal base64 data at input byte 3");
        refused("abcde", "illegal base64 data at input byte 4");
        refused("eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ", "incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
        refused("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MX0", "encoded start key empty (version meta.k8s.io/v1)");
    }

    private static void refused(String text, String why) {
        assertThatThrownBy(() -> ContinueToken.parse(text))
                .hasMessage("invalid continue token: continue key is not valid: " + why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "!!!", "e30", "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ", "bnVsbA"})
    void whatIsNoTokenIsRefused(String text) {
        assertThatThrownBy(() -> ContinueToken.parse(text))
                .hasMessageStartingWith("invalid continue token: continue key is not valid: ");
    }
}
