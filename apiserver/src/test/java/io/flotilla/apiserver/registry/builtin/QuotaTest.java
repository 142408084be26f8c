package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.schema.ResourceInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaTest {
    private static final String CONTAINER =
            "containers: [{name: 'c', image: 'i', resources: {requests: {cpu: '100m', memory: '1Gi'}, limits: {cpu: '1'}}}]";

    private static Admission plugin(Kind kind) {
        return kind.kinds.admission().stream()
                .filter(each -> each.name().equals("ResourceQuota"))
                .findFirst()
                .orElseThrow();
    }

    private static ResourceInfo quotas() {
        return Kind.SCHEMA.resource("", "v1", "resourcequotas").orElseThrow();
    }

    private static void quota(Kind kind, String name, String spec, String hard, String used) {
        kind.store.create(
                quotas(),
                Kind.parse("{metadata: {name: '" + name + "', namespace: 'default'}, spec: {" + spec
                        + "}, status: {hard: {" + hard + "}, used: {" + used + "}}}"));
    }

    private static String used(Kind kind, String name, String entry) {
        return kind.store
                .get(quotas(), "default", name)
                .orElseThrow()
                .path("status")
                .path("used")
                .path(entry)
                .asText("unknown");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            pods | pods | 1
            pods | count/pods | 1
            pods | cpu | 100m
            pods | requests.cpu | 100m
            pods | limits.cpu | 1
            pods | memory | 1Gi
            pods | requests.memory | 1Gi
            pods | requests.example.com/gpu | 2
            pods | requests.hugepages-2Mi | 4Mi
            pods | hugepages-2Mi | 4Mi
            pods | limits.memory | 0
            pods | services | 0
            services | services | 1
            services | count/services | 1
            services | services.nodeports | 2
            services | services.loadbalancers | 1
            persistentvolumeclaims | persistentvolumeclaims | 1
            persistentvolumeclaims | requests.storage | 5Gi
            persistentvolumeclaims | gold.storageclass.storage.k8s.io/requests.storage | 5Gi
            persistentvolumeclaims | gold.storageclass.storage.k8s.io/persistentvolumeclaims | 1
            persistentvolumeclaims | silver.storageclass.storage.k8s.io/requests.storage | 0
            configmaps | configmaps | 1
            configmaps | count/configmaps | 1
            secrets | secrets | 1
            """)
    void an_object_is_charged_to_what_counts_it(String resource, String entry, String amount) {
        Kind kind = new Kind("", "v1", resource);
        quota(kind, "q", "", "'" + entry + "': '100Gi'", "'" + entry + "': '0'");
        ObjectNode object = kind.defaulted(
                switch (resource) {
                    case "pods" ->
                        "{spec: {resources: {requests: {cpu: '100m', memory: '1Gi'}, limits: {cpu: '1'}}, containers: [{name:"
                                + " 'c', image: 'i', resources: {requests: {'example.com/gpu': '2', 'hugepages-2Mi': '4Mi'}}}]}}";
                    case "services" -> "{spec: {type: 'LoadBalancer', ports: [{port: 1}, {port: 2}]}}";
                    case "persistentvolumeclaims" ->
                        "{spec: {storageClassName: 'gold', resources: {requests: {storage: '5Gi'}}}}";
                    default -> "{}";
                });
        Runnable undo = plugin(kind).validate(kind.context(""), object, null);
        assertThat(used(kind, "q", entry)).isEqualTo(amount);
        undo.run();
        assertThat(used(kind, "q", entry)).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            scopes: ['Terminating'] | activeDeadlineSeconds: 5 | 1
            scopes: ['Terminating'] | hostname: 'a' | 0
            scopes: ['NotTerminating'] | activeDeadlineSeconds: 5 | 0
            scopes: ['NotTerminating'] | hostname: 'a' | 1
            scopes: ['NotBestEffort'] | hostname: 'a' | 1
            scopes: ['BestEffort'] | hostname: 'a' | 0
            scopes: ['BestEffort'] | containers: [{name: 'c', image: 'i'}] | 1
            scopes: ['NotBestEffort', 'Terminating'] | hostname: 'a' | 0
            scopes: ['VolumeAttributesClass'] | hostname: 'a' | 0
            scopes: ['CrossNamespacePodAffinity'] | hostname: 'a' | 0
            scopes: ['CrossNamespacePodAffinity'] | affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: 'k', namespaces: ['n']}]}} | 1
            scopes: ['CrossNamespacePodAffinity'] | affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: 'k', namespaceSelector: {}}}]}} | 1
            scopeSelector: {matchExpressions: [{scopeName: 'PriorityClass', operator: 'In', values: ['high']}]} | priorityClassName: 'high' | 1
            scopeSelector: {matchExpressions: [{scopeName: 'PriorityClass', operator: 'In', values: ['high']}]} | priorityClassName: 'low' | 0
            scopeSelector: {matchExpressions: [{scopeName: 'PriorityClass', operator: 'NotIn', values: ['high']}]} | priorityClassName: 'low' | 1
            scopeSelector: {matchExpressions: [{scopeName: 'PriorityClass', operator: 'Exists'}]} | hostname: 'a' | 0
            scopeSelector: {matchExpressions: [{scopeName: 'PriorityClass', operator: 'DoesNotExist'}]} | hostname: 'a' | 1
            """)
    void a_pod_is_charged_to_quotas_of_its_scopes(String scope, String spec, String charged) {
        Kind pods = new Kind("", "v1", "pods");
        quota(pods, "q", scope, "pods: '9'", "pods: '0'");
        plugin(pods).validate(pods.context(""), pods.defaulted("{spec: {" + CONTAINER + ", " + spec + "}}"), null);
        assertThat(used(pods, "q", "pods")).isEqualTo(charged);
    }

    @Test
    void what_exceeds_a_quota_is_refused_and_charges_none() {
        Kind pods = new Kind("", "v1", "pods");
        quota(pods, "a", "", "pods: '9'", "pods: '0'");
        quota(pods, "b", "", "pods: '2', memory: '2Gi', cpu: '10'", "pods: '2', memory: '1500Mi', cpu: '0'");
        ObjectNode pod = pods.defaulted("{spec: {" + CONTAINER + "}}");
        assertThatThrownBy(() -> plugin(pods).validate(pods.context(""), pod, null))
                .hasMessage("pods \"it\" is forbidden: exceeded quota: b, requested: memory=1Gi,pods=1, used:"
                        + " memory=1500Mi,pods=2, limited: memory=2Gi,pods=2");
        assertThat(used(pods, "a", "pods")).isEqualTo("0");
    }

    @Test
    void a_quota_of_compute_wants_containers_to_say_what_they_need() {
        Kind pods = new Kind("", "v1", "pods");
        quota(pods, "q", "", "'limits.memory': '1', 'requests.cpu': '1', pods: '9'", "");
        ObjectNode pod = pods.defaulted("{spec: {initContainers: [{name: 'b', image: 'i'}], containers: [{name: 'a',"
                + " image: 'i'}, {name: 'c', image: 'i', resources: {requests: {cpu: '1'}}}]}}");
        assertThatThrownBy(() -> plugin(pods).validate(pods.context(""), pod, null))
                .hasMessage("pods \"it\" is forbidden: failed quota: q: must specify limits.memory for: a,b,c;"
                        + " requests.cpu for: a,b");
    }

    @Test
    void a_quota_that_is_not_counted_yet_lets_nothing_through() {
        Kind pods = new Kind("", "v1", "pods");
        quota(pods, "q", "", "pods: '9', cpu: '1', services: '1'", "pods: '0'");
        ObjectNode pod = pods.defaulted("{spec: {" + CONTAINER + "}}");
        assertThatThrownBy(() -> plugin(pods).validate(pods.context(""), pod, null))
                .hasMessage("pods \"it\" is forbidden: status unknown for quota: q, resources: cpu,pods");
    }

    @Test
    void an_update_is_charged_for_what_it_adds() {
        Kind claims = new Kind("", "v1", "persistentvolumeclaims");
        quota(
                claims,
                "q",
                "",
                "'requests.storage': '6Gi', persistentvolumeclaims: '1'",
                "'requests.storage': '5Gi', persistentvolumeclaims: '1'");
        String claim = "{spec: {resources: {requests: {storage: '%s'}}}}";
        ObjectNode old = claims.stored(claim.formatted("5Gi"));
        plugin(claims).validate(claims.context("it"), claims.stored(claim.formatted("4Gi")), old);
        assertThat(used(claims, "q", "requests.storage")).isEqualTo("5Gi");
        plugin(claims).validate(claims.context("it"), claims.stored(claim.formatted("6Gi")), old);
        assertThat(used(claims, "q", "requests.storage")).isEqualTo("6Gi");
        assertThatThrownBy(
                        () -> plugin(claims).validate(claims.context("it"), claims.stored(claim.formatted("7Gi")), old))
                .hasMessage("persistentvolumeclaims \"it\" is forbidden: exceeded quota: q, requested:"
                        + " requests.storage=2Gi, used: requests.storage=6Gi, limited: requests.storage=6Gi");
    }

    @Test
    void a_pod_that_has_ended_uses_nothing_but_its_place() {
        Kind pods = new Kind("", "v1", "pods");
        quota(pods, "q", "scopes: ['Terminating']", "pods: '9', 'count/pods': '9'", "pods: '0', 'count/pods': '0'");
        ObjectNode old = pods.stored("{spec: {" + CONTAINER + "}}");
        ObjectNode ending = old.deepCopy();
        ((ObjectNode) ending.get("spec")).put("activeDeadlineSeconds", 5);
        ending.putObject("status").put("phase", "Succeeded");
        plugin(pods).validate(pods.context("it"), ending, old);
        assertThat(used(pods, "q", "pods")).isEqualTo("0");
        assertThat(used(pods, "q", "count/pods")).isEqualTo("1");
    }

    @Test
    void a_resize_is_charged_for_what_it_adds() {
        Kind pods = new Kind("", "v1", "pods");
        quota(pods, "q", "", "'requests.cpu': '1', pods: '1'", "'requests.cpu': '100m', pods: '1'");
        pods.created("{spec: {" + CONTAINER + "}}");
        String resized = "{metadata: {name: 'it'}, spec: {containers: [{name: 'c', resources: {requests: {cpu: '%s',"
                + " memory: '1Gi'}, limits: {cpu: '%s'}}}]}}";
        var handler = pods.handler("resize");
        handler.update(pods.context("it"), Kind.parse(resized.formatted("1", "1")));
        assertThat(used(pods, "q", "requests.cpu")).isEqualTo("1");
        assertThat(used(pods, "q", "pods")).isEqualTo("1");
        assertThatThrownBy(() -> handler.update(pods.context("it"), Kind.parse(resized.formatted("2", "2"))))
                .hasMessage("pods \"it\" is forbidden: exceeded quota: q, requested: requests.cpu=1, used:"
                        + " requests.cpu=1, limited: requests.cpu=1");
    }

    @Test
    void limits_may_exceed_requests_by_the_ratio_of_a_limit_range() {
        Kind pods = new Kind("", "v1", "pods");
        pods.store.create(
                Kind.SCHEMA.resource("", "v1", "limitranges").orElseThrow(),
                Kind.parse("{metadata: {name: 'l', namespace: 'default'}, spec: {limits: [{type: 'Container',"
                        + " maxLimitRequestRatio: {cpu: '2'}}]}}"));
        Admission ranger = pods.kinds.admission().getFirst();
        for (String[] each : new String[][] {
            {"requests: {cpu: '1'}, limits: {cpu: '3'}", "provided ratio is 3.000000"},
            {"limits: {}", "no request is specified or request is 0"},
            {"requests: {cpu: '1'}", "no limit is specified or limit is 0"}
        }) {
            ObjectNode pod =
                    pods.defaulted("{spec: {containers: [{name: 'c', image: 'i', resources: {" + each[0] + "}}]}}");
            assertThatThrownBy(() -> ranger.validate(pods.context(""), pod, null))
                    .hasMessage("pods \"it\" is forbidden: cpu max limit to request ratio per Container is 2, but "
                            + each[1]);
        }
        ranger.validate(
                pods.context(""),
                pods.defaulted("{spec: {containers: [{name: 'c', image: 'i', resources: {requests: {cpu: '500m'},"
                        + " limits: {cpu: '1'}}}]}}"),
                null);
    }
}
