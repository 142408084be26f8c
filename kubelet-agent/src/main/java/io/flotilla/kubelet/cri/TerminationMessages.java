package io.flotilla.kubelet.cri;

import io.flotilla.proto.cri.Container;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.Mount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a container said at its end: its termination message file, or the end of its log where its policy asks for that. */
final class TerminationMessages {
    private static final int LARGEST_FILE = 4096;
    private static final int LARGEST_LOG = 2048;
    private static final int LOG_LINES = 80;

    private TerminationMessages() {}

    static String of(Container listed, ContainerStatus status) {
        String path = listed.getAnnotationsOrDefault(CriLabels.TERMINATION_MESSAGE_PATH, "");
        if (status.getState() != ContainerState.CONTAINER_EXITED || path.isEmpty()) {
            return status.getMessage();
        }
        String said = "";
        for (Mount mount : status.getMountsList()) {
            if (mount.getContainerPath().equals(path)) {
                said = file(Path.of(mount.getHostPath()));
                break;
            }
        }
        String policy = listed.getAnnotationsOrDefault(CriLabels.TERMINATION_MESSAGE_POLICY, "");
        if (said.isEmpty()
                && policy.equals("FallbackToLogsOnError")
                && status.getExitCode() != 0
                && !status.getLogPath().isEmpty()) {
            said = endOfLog(Path.of(status.getLogPath()));
        }
        return said.isEmpty() ? status.getMessage() : said;
    }

    private static String file(Path path) {
        try {
            return end(path, LARGEST_FILE);
        } catch (IOException e) {
            return "Error on reading termination log " + path + ": " + e.getMessage();
        }
    }

    private static String endOfLog(Path path) {
        try {
            String raw = end(path, 2 * LARGEST_LOG + LOG_LINES * 48);
            String[] lines = raw.split("\n");
            StringBuilder text = new StringBuilder();
            for (int i = Math.max(0, lines.length - LOG_LINES); i < lines.length; i++) {
                String[] parts = lines[i].split(" ", 4);
                if (parts.length == 4) {
                    text.append(parts[3]).append(parts[2].startsWith("P") ? "" : "\n");
                }
            }
            return text.length() > LARGEST_LOG ? text.substring(text.length() - LARGEST_LOG) : text.toString();
        } catch (IOException _) {
            return "";
        }
    }

    private static String end(Path path, int limit) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long from = Math.max(0, file.length() - limit);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
