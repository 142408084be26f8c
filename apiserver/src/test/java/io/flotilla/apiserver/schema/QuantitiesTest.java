package io.flotilla.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "0.0,0",
        "00,0",
        "1,1",
        "10,10",
        "1000,1k",
        "1000m,1",
        "1500m,1500m",
        "1.5,1500m",
        "0.1,100m",
        "1Ki,1Ki",
        "1024Ki,1Mi",
        "2048Ki,2Mi",
        "1.5Gi,1536Mi",
        "0.5Ki,512",
        "512Ki,512Ki",
        "1e3,1e3",
        "1000e0,1e3",
        "12e6,12e6",
        "1E,1E",
        "1M,1M",
        "1000k,1M",
        "100n,100n",
        "0.0000000001,1n",
        "-1,-1",
        "+1,1",
        "123456789,123456789",
        "9223372036854775808,9223372036854775807",
        "1G,1G",
        ".5,500m",
        "5.,5"
    })
    void quantitiesHaveOneForm(String given, String canonical) {
        assertThat(Quantities.canonical(given)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1x", "1 ", " 1", "1.2.3", "1e", "1mm", "--1", "1e99999999999", "٣"})
    void whatIsNoQuantityFails(String given) {
        assertThatThrownBy(() -> Quantities.canonical(given)).isInstanceOf(TypeErrorException.class);
    }

    @Test
    void resourceListsKeepThousandths() {
        assertThat(Quantities.roundedToMilli("100n")).isEqualTo("1m");
        assertThat(Quantities.roundedToMilli("1500u")).isEqualTo("2m");
        assertThat(Quantities.roundedToMilli("1500m")).isEqualTo("1500m");
    }
}
