package io.flotilla.machinery.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Drives a small component as a process of its own. */
@Timeout(600)
final class ComponentCommandTest {

    /** The component under test. */
    @Command(name = "sample", description = "A component for this test.")
    static final class Sample extends ComponentCommand {
        @Mixin
        ServingOptions serving = new ServingOptions();

        public static void main(String[] args) {
            System.exit(run(new Sample(), args));
        }
    }

    /** Only for the sample: other modules have these classes on their test class path. */
    @Factory
    @Requires(beans = Sample.class)
    static final class SampleFactory {
        @Singleton
        Lifecycle lifecycle(Sample command) {
            PrometheusMeterRegistry metrics = ProcessMetrics.create();
            HealthChecks checks = new HealthChecks().ready("warm", () -> Optional.of("still cold"));
            HealthServer server = new HealthServer(command.serving.toConfig(0), checks, metrics);
            return new Lifecycle()
                    .add("first", () -> {}, () -> System.out.println("first stopped"))
                    .add("server", server::start, server)
                    .add(
                            "said",
                            () -> System.out.println("port " + server.port()),
                            () -> System.out.println("said stopped"));
        }
    }

    private static Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Sample.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void anUnknownFlagIsToldInASentenceThatNamesIt() throws Exception {
        Process process = start("--no-such-flag");

        String said = output(process);

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(said).startsWith("error: Unknown option: '--no-such-flag'").contains("sample --help");
    }

    @Test
    void aPortInUseIsToldInASentenceThatNamesIt() throws Exception {
        try (java.net.ServerSocket taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            Process process = start("--secure-port=" + taken.getLocalPort());

            String said = output(process);

            assertThat(process.waitFor()).isEqualTo(1);
            assertThat(said)
                    .contains("error: cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void itServesHealthAndStopsItsPartsInReverseOrderOnSigterm() throws Exception {
        Process process = start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("port ")) {
            line = out.readLine();
        }
        assertThat(line).isNotNull();
        String base = "http://127.0.0.1:" + line.substring("port ".length());

        HttpResponse<String> live = get(base + "/livez");
        HttpResponse<String> ready = get(base + "/readyz");
        HttpResponse<String> alone = get(base + "/readyz/warm");
        HttpResponse<String> without = get(base + "/readyz?verbose&exclude=warm&exclude=wood&exclude=coal");
        HttpResponse<String> nothing = get(base + "/livez/warm");
        HttpResponse<String> metrics = get(base + "/metrics");
        process.toHandle().destroy();
        List<String> rest = out.lines().toList();

        assertThat(live.body()).isEqualTo("ok");
        assertThat(ready.statusCode()).isEqualTo(500);
        assertThat(ready.body()).isEqualTo("[+]ping ok\n[-]warm failed: reason withheld\nreadyz check failed\n");
        assertThat(alone.statusCode()).isEqualTo(500);
        assertThat(alone.body()).isEqualTo("internal server error: still cold\n");
        assertThat(without.statusCode()).isEqualTo(200);
        assertThat(without.body())
                .isEqualTo("[+]ping ok\n[+]warm excluded: ok\nwarn: some health checks cannot be excluded:"
                        + " no matches for \"coal\",\"wood\"\nreadyz check passed\n");
        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(metrics.body()).contains("process_resident_memory_bytes ");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(rest).containsSubsequence("said stopped", "first stopped");
    }

    private static HttpResponse<String> get(String uri) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
