package io.flotilla.kubelet.runtime.standin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {

    @ParameterizedTest
    @CsvSource({
        "nginx, docker.io/library/nginx:latest",
        "nginx:1.7.9, docker.io/library/nginx:1.7.9",
        "docker.io/nginx:1.7.9, docker.io/library/nginx:1.7.9",
        "library/nginx, docker.io/library/nginx:latest",
        "hashicorp/http-echo:0.2, docker.io/hashicorp/http-echo:0.2",
        "localhost:5000/a/b:c, localhost:5000/a/b:c",
        "k8s.gcr.io/pause:3.9, k8s.gcr.io/pause:3.9"
    })
    void namesAreWrittenInFull(String reference, String full) {
        assertThat(ImageName.parse(reference).map(ImageName::toString)).contains(full);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " nginx", "nginx:", "nginx:a b", "UPPER/case", "a//b", "nginx@sha256:zz", "-nginx"})
    void whatIsNoNameIsNotTakenForOne(String reference) {
        assertThat(ImageName.parse(reference)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "nginx:1.7.9, nginx",
        "docker.io/library/nginx@sha256:0123456789abcdef0123456789abcdef, nginx",
        "k8s.gcr.io/busybox, busybox",
        "gcr.io/google_containers/pause:2.0, pause",
        "registry.k8s.io/e2e-test-images/agnhost:2.53, agnhost",
        "public.ecr.aws/docker/library/httpd, httpd",
        "k8s.gcr.io/nginx-slim:0.8, nginx"
    })
    void theCatalogueKnowsAnImageByAnyOfItsHomes(String reference, String standIn) {
        var name = ImageName.parse(reference).orElseThrow();
        assertThat(Catalogue.standard().find(name).map(StandIn::name)).contains(standIn);
    }
}
