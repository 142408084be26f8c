package io.flotilla.deploy.pki;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** A kubeconfig file of one user and a context for each way to reach the cluster. */
final class Kubeconfig {
    private Kubeconfig() {}

    /**
     * @param servers URL of each cluster entry by the name of its context
     * @param current the context that is current
     */
    static String render(
            Map<String, String> servers, String current, String user, Path authority, Path certificate, Path key)
            throws IOException {
        var trusted = base64(authority);
        var text = new StringBuilder("apiVersion: v1\nkind: Config\npreferences: {}\nclusters:\n");
        servers.forEach((name, url) -> text.append("- name: ")
                .append(name)
                .append("\n  cluster:\n    server: ")
                .append(url)
                .append("\n    certificate-authority-data: ")
                .append(trusted)
                .append('\n'));
        text.append("contexts:\n");
        servers.keySet()
                .forEach(name -> text.append("- name: ")
                        .append(name)
                        .append("\n  context:\n    cluster: ")
                        .append(name)
                        .append("\n    user: ")
                        .append(user)
                        .append('\n'));
        return text.append("current-context: ")
                .append(current)
                .append("\nusers:\n- name: ")
                .append(user)
                .append("\n  user:\n    client-certificate-data: ")
                .append(base64(certificate))
                .append("\n    client-key-data: ")
                .append(base64(key))
                .append('\n')
                .toString();
    }

    private static String base64(Path file) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readString(file).getBytes(StandardCharsets.US_ASCII));
    }
}
