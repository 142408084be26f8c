package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.apiserver.schema.SharedFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Metrics have the names, types, labels and buckets of Kubernetes; skipped where the facts about them are not there. */
@ExtendWith(Cluster.class)
@Timeout(600)
class MetricNamesIT {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z0-9_]+)\\{(.*)} \\S+$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** What Kubernetes has and this server has not, with the reason. */
    private static final Map<String, String> MISSING = new LinkedHashMap<>();

    static {
        String files = "authentication and authorization are not configured by files that are read again";
        MISSING.put("apiserver_authentication_config_controller_automatic_reload_last_timestamp_seconds", files);
        MISSING.put("apiserver_authentication_config_controller_automatic_reloads_total", files);
        MISSING.put("apiserver_authorization_config_controller_automatic_reload_last_timestamp_seconds", files);
        MISSING.put("apiserver_authorization_config_controller_automatic_reloads_total", files);
        String once = "every rule of validation is written once: there is nothing to compare";
        MISSING.put("apiserver_validation_declarative_validation_mismatch_total", once);
        MISSING.put("apiserver_validation_declarative_validation_panic_total", once);
        MISSING.put("kubernetes_feature_enabled", "there are no feature gates");
        String queues = "the server has no work queues or controllers of that kind";
        MISSING.put("running_managed_controllers", queues);
        for (String each : List.of(
                "adds_total",
                "depth",
                "longest_running_processor_seconds",
                "queue_duration_seconds",
                "retries_total",
                "unfinished_work_seconds",
                "work_duration_seconds")) {
            MISSING.put("workqueue_" + each, queues);
        }
    }

    /** What shows only once something has happened that this test does not bring about. */
    private static final Set<String> RARE = Set.of(
            "apiserver_admission_webhook_admission_duration_seconds",
            "apiserver_flowcontrol_rejected_requests_total",
            "apiserver_requested_deprecated_apis");

    private final Cluster.Running cluster;
    private final Rest admin;

    MetricNamesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    /** @param bounds upper bounds of a histogram's buckets, but for the last; empty if they are the usual ones */
    private record Metric(String type, Set<String> labels, Set<Double> bounds) {}

    private static Map<String, Metric> facts() throws IOException {
        Map<String, Metric> facts = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(SharedFacts.facts("metrics-names.tsv"));
        List<String> columns = List.of(lines.getFirst().split("\t", -1));
        for (String line : lines.subList(1, lines.size())) {
            String[] row = line.split("\t", -1);
            if (!row[columns.indexOf("components")].contains("kube-apiserver:")) {
                continue;
            }
            String type = row[columns.indexOf("type")].toLowerCase(Locale.ROOT);
            facts.put(
                    row[columns.indexOf("name")],
                    new Metric(
                            type.equals("custom") ? "gauge" : type,
                            words(row[columns.indexOf("labels")]),
                            words(row[columns.indexOf("buckets")]).stream()
                                    .map(Double::valueOf)
                                    .collect(Collectors.toCollection(TreeSet::new))));
        }
        return facts;
    }

    private static Set<String> words(String list) {
        return Arrays.stream(list.split(","))
                .filter(each -> !each.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, Metric> shown(String text) {
        Map<String, Metric> shown = new LinkedHashMap<>();
        Matcher type = TYPE.matcher(text);
        while (type.find()) {
            shown.put(type.group(1), new Metric(type.group(2), new TreeSet<>(), new TreeSet<>()));
        }
        Matcher sample = SAMPLE.matcher(text);
        while (sample.find()) {
            Metric metric = shown.get(sample.group(1).replaceFirst("_(bucket|sum|count)$", ""));
            if (metric == null) {
                metric = shown.get(sample.group(1));
            }
            Matcher label = LABEL.matcher(sample.group(2));
            while (metric != null && label.find()) {
                if (!label.group(1).equals("le")) {
                    metric.labels().add(label.group(1));
                } else if (!label.group(2).equals("+Inf")) {
                    metric.bounds().add(Double.valueOf(label.group(2)));
                }
            }
        }
        return shown;
    }

    /** Makes something happen that metrics tell of. */
    private void live() throws Exception {
        String namespace = cluster.namespace();
        String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
        String group = "/apis/admissionregistration.k8s.io/v1/";
        String rules = "[{operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps']}]";
        admin.post(
                        group + "validatingadmissionpolicies",
                        Json.object(
                                "{metadata: {name: '%s'}, spec: {matchConstraints: {resourceRules: %s}, validations: [{expression: 'false'}]}}",
                                namespace, rules))
                .expect(201);
        admin.post(
                        group + "validatingadmissionpolicybindings",
                        Json.object(
                                "{metadata: {name: '%s'}, spec: {policyName: '%s', validationActions: ['Warn'], matchResources: {namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': '%s'}}}}}",
                                namespace, namespace, namespace))
                .expect(201);
        for (String each : List.of("validatingadmissionpolicies", "validatingadmissionpolicybindings")) {
            admin.get(group + each).expect(200);
        }
        assertThat(admin.post(maps, Json.object("{metadata: {name: 'a'}}"))
                        .expect(201)
                        .warnings())
                .isNotEmpty();
        admin.delete(group + "validatingadmissionpolicybindings/" + namespace).expect(200);
        admin.delete(group + "validatingadmissionpolicies/" + namespace).expect(200);
        Awaitility.await().until(() -> admin.get("/readyz").code() == 200);
    }

    @Test
    void metricsAreThoseOfKubernetes() throws Exception {
        Map<String, Metric> facts = facts();
        assertThat(facts).isNotEmpty();
        live();
        String list = "/api/v1/namespaces?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
                + "&resourceVersionMatch=NotOlderThan";
        try (Watch watch = admin.watch(list)) {
            String type = "";
            while (!type.equals("BOOKMARK")) {
                type = watch.next().path("type").asText();
            }
            // The size of etcd's database is missing from a scrape while etcd is slow to tell it.
            Awaitility.await().untilAsserted(() -> {
                Map<String, Metric> shown =
                        shown(admin.get("/metrics").expect(200).text());
                shown.putAll(shown(admin.get("/metrics/slis").expect(200).text()));
                assertThat(differences(facts, shown)).isEmpty();
            });
        }
        assertThat(facts.keySet()).containsAll(MISSING.keySet()).containsAll(RARE);
    }

    private static List<String> differences(Map<String, Metric> facts, Map<String, Metric> shown) {
        List<String> differences = new ArrayList<>();
        facts.forEach((name, wanted) -> {
            Metric found = shown.get(name);
            if (found == null) {
                if (!MISSING.containsKey(name) && !RARE.contains(name)) {
                    differences.add(name + " is missing");
                }
            } else if (MISSING.containsKey(name)) {
                differences.add(name + " is there after all");
            } else if (!found.type().equals(wanted.type())
                    || !found.labels().equals(wanted.labels())
                    || !(wanted.bounds().isEmpty() || found.bounds().equals(wanted.bounds()))) {
                differences.add(name + " is " + found + " instead of " + wanted);
            }
        });
        return differences;
    }
}
