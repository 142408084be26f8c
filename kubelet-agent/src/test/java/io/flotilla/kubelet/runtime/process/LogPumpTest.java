package io.flotilla.kubelet.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogPumpTest {

    private static final Instant TIME = Instant.parse("2026-11-21T01:02:03Z");
    private static final String HEAD = "2026-11-21T01:02:03.000000000Z ";

    @TempDir
    Path directory;

    private ContainerFiles files;
    private Path log;

    @BeforeEach
    void prepare() throws IOException {
        files = new ContainerFiles(Files.createDirectory(directory.resolve("container")));
        log = directory.resolve("logs/pod/0.log");
        Files.createFile(files.rawOut());
        Files.createFile(files.rawErr());
    }

    private LogPump pump() {
        return new LogPump(files, log);
    }

    private void out(String text) throws IOException {
        Files.writeString(files.rawOut(), text, StandardOpenOption.APPEND);
    }

    @Test
    void bothStreamsGoIntoOneLog() throws IOException {
        out("a\n");
        Files.writeString(files.rawErr(), "b\n");
        pump().pump(TIME, false);
        assertThat(log).hasContent(HEAD + "stdout F a\n" + HEAD + "stderr F b\n");
    }

    @Test
    void anAgentThatComesLaterGoesOnWhereTheFirstStopped() throws IOException {
        out("a\nb");
        pump().pump(TIME, false);
        out("c\n");
        var second = pump();
        second.resume();
        second.pump(TIME, true);
        assertThat(log).hasContent(HEAD + "stdout F a\n" + HEAD + "stdout F bc\n");
    }

    @Test
    void linesWrittenByAnAgentThatWasKilledBeforeItNotedThemAreNotDoubled() throws IOException {
        out("a\n");
        pump().pump(TIME, false);
        byte[] position = Files.readAllBytes(files.logPosition());
        out("b\n");
        var killed = pump();
        killed.resume();
        killed.pump(TIME, false);
        Files.write(files.logPosition(), position);

        var next = pump();
        next.resume();
        next.pump(TIME, false);

        assertThat(log).hasContent(HEAD + "stdout F a\n" + HEAD + "stdout F b\n");
    }

    @Test
    void afterARotationLinesGoToTheNewFileAndTheOldOneIsLeftAlone() throws IOException {
        var pump = pump();
        out("a\n");
        pump.pump(TIME, false);
        Path old = Files.move(log, log.resolveSibling("0.log.old"));
        pump.reopen();
        assertThat(log).isEmptyFile();
        out("b\n");
        pump.pump(TIME, false);

        var next = pump();
        next.resume();
        assertThat(old).hasContent(HEAD + "stdout F a\n");
        assertThat(log).hasContent(HEAD + "stdout F b\n");
    }

    @Test
    void muchOutputIsCarriedOverWholeAndItsRawBlocksGivenBack() throws IOException {
        String line = "x".repeat(99) + "\n";
        out(line.repeat(200_000));
        var pump = pump();
        pump.pump(TIME, true);
        assertThat(Files.readAllLines(log)).hasSize(200_000);
        assertThat((Long) blocks()).isLessThan(Files.size(files.rawOut()) / 512);
    }

    private Object blocks() throws IOException {
        var stat = Commands.run(
                java.util.List.of("stat", "-c", "%b", files.rawOut().toString()));
        return Long.parseLong(stat.output());
    }
}
