package io.flotilla.kubelet.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.flotilla.kubelet.reference.ReferenceException;
import io.flotilla.kubelet.reference.References;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.machinery.scheme.ObjectKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EnvironmentTest {
    private static final References REFERENCES = new References() {
        @Override
        public ConfigMap configMap(String namespace, String name) throws ReferenceException {
            if (!name.equals("cm")) {
                throw new ReferenceException("configmap \"" + name + "\" not found");
            }
            return new ConfigMapBuilder().addToData("key", "value").build();
        }

        @Override
        public Secret secret(String namespace, String name) {
            return new SecretBuilder().addToData("pass", "c2VjcmV0").build();
        }
    };

    private static final List<Service> SERVICES =
            List.of(service("default", "kubernetes", 443), service("ns", "my-db", 5432));

    private static Service service(String namespace, String name, int port) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withClusterIP("10.0.0.7")
                .addNewPort()
                .withPort(port)
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();
    }

    private static final Lister<Service> LISTER = new Lister<>() {
        @Override
        public Optional<Service> get(ObjectKey key) {
            return Optional.empty();
        }

        @Override
        public Collection<Service> list() {
            return SERVICES;
        }

        @Override
        public List<Service> list(String namespace) {
            return SERVICES.stream()
                    .filter(service -> service.getMetadata().getNamespace().equals(namespace))
                    .toList();
        }

        @Override
        public List<Service> byIndex(String index, String value) {
            return List.of();
        }
    };

    private final Environment environment =
            new Environment(REFERENCES, LISTER, new DownwardApi("10.9.9.9", Map.of("memory", new Quantity("4Gi"))));

    private static Pod pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("ns")
                .withUid("u")
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .withNodeName("n1")
                .endSpec()
                .build();
    }

    @Test
    void valuesComeFromEverySource() throws ReferenceException {
        Container container = new ContainerBuilder()
                .withName("c")
                .withNewResources()
                .addToLimits("cpu", new Quantity("1500m"))
                .endResources()
                .addNewEnvFrom()
                .withPrefix("CFG_")
                .withNewConfigMapRef("cm", false)
                .endEnvFrom()
                .addNewEnv()
                .withName("PLAIN")
                .withValue("$(CFG_key)-$(MY_DB_SERVICE_HOST)")
                .endEnv()
                .addNewEnv()
                .withName("NAME")
                .withNewValueFrom()
                .withNewFieldRef("v1", "metadata.name")
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("APP")
                .withNewValueFrom()
                .withNewFieldRef("v1", "metadata.labels['app']")
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("CPU")
                .withNewValueFrom()
                .withNewResourceFieldRef()
                .withDivisor(new Quantity("1m"))
                .withResource("limits.cpu")
                .endResourceFieldRef()
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("MEMORY")
                .withNewValueFrom()
                .withNewResourceFieldRef()
                .withDivisor(new Quantity("1Mi"))
                .withResource("limits.memory")
                .endResourceFieldRef()
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("PASS")
                .withNewValueFrom()
                .withNewSecretKeyRef("pass", "s", false)
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("ABSENT")
                .withNewValueFrom()
                .withNewConfigMapKeyRef("nope", "cm", true)
                .endValueFrom()
                .endEnv()
                .build();

        Map<String, String> variables = environment.of(pod(), container, List.of("127.1.0.4"));

        assertThat(variables)
                .containsEntry("CFG_key", "value")
                .containsEntry("PLAIN", "value-10.0.0.7")
                .containsEntry("NAME", "p")
                .containsEntry("APP", "web")
                .containsEntry("CPU", "1500")
                .containsEntry("MEMORY", "4096")
                .containsEntry("PASS", "secret")
                .containsEntry("POD_IP", "127.1.0.4")
                .containsEntry("KUBERNETES_SERVICE_HOST", "10.0.0.7")
                .containsEntry("MY_DB_PORT_5432_TCP", "tcp://10.0.0.7:5432")
                .doesNotContainKey("ABSENT");
    }

    @Test
    void withoutServiceLinksOnlyTheApiIsNamed() throws ReferenceException {
        Pod pod = new PodBuilder(pod())
                .editSpec()
                .withEnableServiceLinks(false)
                .endSpec()
                .build();

        Map<String, String> variables =
                environment.of(pod, new ContainerBuilder().withName("c").build(), List.of());

        assertThat(variables).containsKey("KUBERNETES_PORT").doesNotContainKey("MY_DB_SERVICE_HOST");
    }

    @Test
    void whatIsMissingIsNamed() {
        Container noMap = new ContainerBuilder()
                .withName("c")
                .addNewEnvFrom()
                .withNewConfigMapRef("nope", false)
                .endEnvFrom()
                .build();
        Container noKey = new ContainerBuilder()
                .withName("c")
                .addNewEnv()
                .withName("X")
                .withNewValueFrom()
                .withNewConfigMapKeyRef("other", "cm", false)
                .endValueFrom()
                .endEnv()
                .build();

        assertThatThrownBy(() -> environment.of(pod(), noMap, List.of())).hasMessage("configmap \"nope\" not found");
        assertThatThrownBy(() -> environment.of(pod(), noKey, List.of()))
                .hasMessage("couldn't find key other in ConfigMap ns/cm");
    }
}
