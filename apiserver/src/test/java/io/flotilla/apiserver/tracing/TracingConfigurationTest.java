package io.flotilla.apiserver.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TracingConfigurationTest {
    private static TracingConfiguration parse(String version, String fields) {
        return TracingConfiguration.parse(("apiVersion: " + version + "\nkind: TracingConfiguration\n" + fields)
                .getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v1beta1", "v1alpha1"})
    void every_version_says_the_same(String version) {
        assertThat(parse("apiserver.config.k8s.io/" + version, "endpoint: collector:1234\nsamplingRatePerMillion: 100"))
                .isEqualTo(new TracingConfiguration("collector:1234", 100));
    }

    @Test
    void nothing_is_sampled_and_the_collector_is_near_unless_it_says_otherwise() {
        assertThat(parse("apiserver.config.k8s.io/v1", "")).isEqualTo(new TracingConfiguration("localhost:4317", 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            samplingRatePerMillion: -1      | failed to validate tracing configuration: samplingRatePerMillion: Invalid value: -1: sampling rate must be positive
            samplingRatePerMillion: 1000001 | failed to validate tracing configuration: samplingRatePerMillion: Invalid value: 1000001: sampling rate per million must be less than or equal to one million
            endpoint: http://collector:1    | failed to validate tracing configuration: endpoint: Invalid value: "http://collector:1": unsupported scheme: http.  Options are none, dns, unix, or unix-abstract.  See https://github.com/grpc/grpc/blob/master/doc/naming.md
            endpoint: 7                     | failed to read tracing config: unable to decode tracing configuration data: json: cannot unmarshal number into Go struct field TracingConfiguration.endpoint of type string
            samplingRatePerMillion: lots    | failed to read tracing config: unable to decode tracing configuration data: json: cannot unmarshal string into Go struct field TracingConfiguration.samplingRatePerMillion of type int32
            samplingRatePerMillion: 0.5     | failed to read tracing config: unable to decode tracing configuration data: json: cannot unmarshal number 0.5 into Go struct field TracingConfiguration.samplingRatePerMillion of type int32
            samplingRate: 1                 | failed to read tracing config: unable to decode tracing configuration data: strict decoding error: unknown field "samplingRate"
            """)
    void what_is_wrong_is_told_in_one_sentence(String fields, String sentence) {
        assertThatThrownBy(() -> parse("apiserver.config.k8s.io/v1", fields)).hasMessage(sentence);
    }

    @Test
    void other_kinds_and_versions_are_refused() {
        assertThatThrownBy(() -> parse("apiserver.config.k8s.io/v2", ""))
                .hasMessageEndingWith(
                        "no kind \"TracingConfiguration\" is registered for version \"apiserver.config.k8s.io/v2\"");
        assertThatThrownBy(() -> TracingConfiguration.parse("[]".getBytes(StandardCharsets.UTF_8)))
                .hasMessageStartingWith("failed to read tracing config: ");
        assertThatThrownBy(() -> TracingConfiguration.parse("a: [".getBytes(StandardCharsets.UTF_8)))
                .hasMessageStartingWith("failed to read tracing config: ");
        assertThatThrownBy(() -> TracingConfiguration.parse("{}".getBytes(StandardCharsets.UTF_8)))
                .hasMessageEndingWith("Object 'Kind' is missing");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThatThrownBy(() -> TracingConfiguration.read(Path.of("/nowhere/tracing.yaml")))
                .hasMessage("tracing-config-file /nowhere/tracing.yaml does not exist");
    }
}
