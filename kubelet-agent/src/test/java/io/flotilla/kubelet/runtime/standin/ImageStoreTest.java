package io.flotilla.kubelet.runtime.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.standin.StandIn.LayerFile;
import io.flotilla.proto.cri.PodSandboxConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {

    private static final PodSandboxConfig NO_POD = PodSandboxConfig.getDefaultInstance();

    @TempDir
    Path directory;

    private ImageStore open(HostPrograms programs) {
        var store = new ImageStore(directory, Catalogue.standard(), programs, Clock.systemUTC());
        store.load();
        return store;
    }

    private ImageStore open() {
        return open(name -> Optional.of(Path.of("/bin", name)));
    }

    @Test
    void anUnknownImageIsNotFoundAndTheReasonNamesIt() {
        assertThatThrownBy(() -> open().pull("ghcr.io/acme/shop:7", NO_POD))
                .hasMessageContaining("image \"ghcr.io/acme/shop:7\" is not in the catalogue of stand-ins")
                .extracting(e -> ((RuntimeFault) e).kind())
                .isEqualTo(RuntimeFault.Kind.NOT_FOUND);
    }

    @Test
    void aStandInWhoseProgramIsMissingSaysWhatToInstall() {
        assertThatThrownBy(() -> open(_ -> Optional.empty()).pull("redis:7", NO_POD))
                .hasMessageContaining("redis-server")
                .hasMessageContaining("apt-get install redis-server");
    }

    @Test
    void pulledImagesAreFoundByEveryNameAndSurviveARestart() {
        String id = open().pull("nginx:1.7.9", NO_POD);

        var again = open();
        assertThat(again.images()).hasSize(1);
        for (String name : new String[] {"nginx:1.7.9", "docker.io/library/nginx:1.7.9", id}) {
            assertThat(again.image(name)).as(name).isPresent();
        }
        assertThat(again.image(again.images().getFirst().getRepoDigests(0))).isPresent();
        assertThat(again.image("nginx:1.9.1")).isEmpty();
        again.remove("nginx:1.7.9");
        assertThat(open().images()).isEmpty();
    }

    @Test
    void twoTagsAreTwoImages() {
        var store = open();
        assertThat(store.pull("nginx:1.7.9", NO_POD)).isNotEqualTo(store.pull("nginx:1.9.1", NO_POD));
    }

    @Test
    void everyStandInsFilesCanBeMadeAndItsScriptsAreRunnable() {
        var store = open();
        for (StandIn standIn : Catalogue.standard().all()) {
            store.pull(standIn.repositories().getFirst(), NO_POD);
            for (LayerFile file : standIn.files()) {
                Path path = store.layer(standIn).orElseThrow().resolve(file.path());
                assertThat(path).isNotEmptyFile();
                assertThat(Files.isExecutable(path)).isEqualTo(file.executable());
            }
        }
    }
}
