package io.flotilla.apiserver.codec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonCodecTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            ~~                        | unexpected end of JSON input
            {"kind": "Pod",           | unexpected end of JSON input
            {"kind": "Po              | unexpected end of JSON input
            not json                  | invalid character 'o' in literal null (expecting 'u')
            kind: Pod                 | invalid character 'k' looking for beginning of value
            {kind: "Pod"}             | invalid character 'k' looking for beginning of object key string
            {'kind': 1}               | invalid character '\\'' looking for beginning of object key string
            {"a" 1}                   | invalid character '1' after object key
            {"a": 1 "b": 2}           | invalid character '"' after object key:value pair
            {"a": 1,}                 | invalid character '}' looking for beginning of object key string
            {"a": [1 2]}              | invalid character '2' after array element
            {"a": [1,]}               | invalid character ']' looking for beginning of value
            {"a": 01}                 | invalid character '1' after object key:value pair
            {"a": 1.}                 | invalid character '}' after decimal point in numeric literal
            {"a": 1e}                 | invalid character '}' in exponent of numeric literal
            {"a": -}                  | invalid character '}' in numeric literal
            {"a": +1}                 | invalid character '+' looking for beginning of value
            {"a": "\\x"}              | invalid character 'x' in string escape code
            {"a": "\\u12g4"}          | invalid character 'g' in \\u hexadecimal character escape
            {"a": tru}                | invalid character '}' in literal true (expecting 'e')
            {"a": 1}}                 | invalid character '}' after top-level value
            {"a": 1} x                | invalid character 'x' after top-level value
            """)
    void whatIsNoJsonIsRefusedInTheWordsOfGo(String json, String message) {
        assertThatThrownBy(() -> JsonCodec.decode(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedException.class)
                .hasMessage(message);
    }
}
