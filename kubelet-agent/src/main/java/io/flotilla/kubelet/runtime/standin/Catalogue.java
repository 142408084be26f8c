package io.flotilla.kubelet.runtime.standin;

import io.flotilla.kubelet.runtime.standin.StandIn.LayerFile;
import io.flotilla.kubelet.runtime.standin.StandIn.Userland;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The stand-ins by the names of the images that they stand for. */
public final class Catalogue {

    /** busybox httpd has no handler for SIGTERM, and the first process of a container is spared signals it does not handle. */
    private static final int SIGKILL = 9;

    private static final String BUSYBOX_PACKAGE = "busybox-static";

    private final List<StandIn> all;
    private final Map<String, StandIn> byRepository = new HashMap<>();

    private Catalogue(List<StandIn> all) {
        this.all = all;
        for (StandIn standIn : all) {
            standIn.repositories().forEach(repository -> byRepository.put(repository, standIn));
        }
    }

    public static Catalogue standard() {
        return new Catalogue(List.of(
                busybox(),
                alpine(),
                debian(),
                ubuntu(),
                bash(),
                pause(),
                helloWorld(),
                nginx(),
                nginxUnprivileged(),
                apache(),
                httpEcho(),
                helloApp(),
                bootcamp(),
                agnhost(),
                redis(),
                memcached(),
                python(),
                perl(),
                node(),
                curl()));
    }

    /** Returns what stands for the image, whatever its tag; empty when nothing does. */
    public Optional<StandIn> find(ImageName image) {
        return Optional.ofNullable(byRepository.get(image.home()));
    }

    public List<StandIn> all() {
        return all;
    }

    private static LayerFile program(String path, String resource) {
        return new LayerFile(path, resource, true);
    }

    private static LayerFile page(String path, String resource) {
        return new LayerFile(path, resource, false);
    }

    private static StandIn busybox() {
        return StandIn.of(
                        "busybox",
                        "docker.io/library/busybox",
                        "registry.k8s.io/busybox",
                        "registry.k8s.io/e2e-test-images/busybox")
                .userland(Userland.BUSYBOX)
                .command("sh")
                .build();
    }

    private static StandIn alpine() {
        return StandIn.of("alpine", "docker.io/library/alpine")
                .userland(Userland.BUSYBOX)
                .command("/bin/sh")
                .build();
    }

    private static StandIn debian() {
        return StandIn.of("debian", "docker.io/library/debian", "docker.io/library/buildpack-deps")
                .command("bash")
                .build();
    }

    private static StandIn ubuntu() {
        return StandIn.of("ubuntu", "docker.io/library/ubuntu")
                .command("/bin/bash")
                .build();
    }

    private static StandIn bash() {
        return StandIn.of("bash", "docker.io/library/bash")
                .needs("bash", "bash")
                .command("bash")
                .build();
    }

    private static StandIn pause() {
        return StandIn.of(
                        "pause",
                        "registry.k8s.io/pause",
                        "registry.k8s.io/pause-amd64",
                        "docker.io/rancher/mirrored-pause")
                .userland(Userland.BUSYBOX)
                .entrypoint("sleep", "2147483647")
                .stopSignal(SIGKILL)
                .build();
    }

    private static StandIn helloWorld() {
        return StandIn.of("hello-world", "docker.io/library/hello-world")
                .command("/usr/bin/hello")
                .files(program("usr/bin/hello", "hello-world.sh"))
                .build();
    }

    private static StandIn nginx() {
        return nginx(
                "nginx",
                80,
                "docker.io/library/nginx",
                "registry.k8s.io/nginx",
                "registry.k8s.io/nginx-slim",
                "registry.k8s.io/e2e-test-images/nginx");
    }

    private static StandIn nginxUnprivileged() {
        return nginx("nginx-unprivileged", 8080, "docker.io/nginxinc/nginx-unprivileged");
    }

    private static StandIn nginx(String name, int port, String... repositories) {
        return StandIn.of(name, repositories)
                .needs("busybox", BUSYBOX_PACKAGE)
                .command("nginx", "-g", "daemon off;")
                .environment(Map.of("FLOTILLA_DEFAULT_PORT", Integer.toString(port)))
                .ports(port)
                .stopSignal(SIGKILL)
                .oneStream()
                .files(
                        program("usr/sbin/nginx", "nginx.sh"),
                        page("usr/share/nginx/html/index.html", "nginx-index.html"))
                .build();
    }

    private static StandIn apache() {
        return StandIn.of("httpd", "docker.io/library/httpd", "registry.k8s.io/e2e-test-images/httpd")
                .needs("busybox", BUSYBOX_PACKAGE)
                .command("httpd-foreground")
                .workingDirectory("/usr/local/apache2")
                .ports(80)
                .stopSignal(SIGKILL)
                .oneStream()
                .files(
                        program("usr/local/bin/httpd-foreground", "httpd-foreground.sh"),
                        page("usr/local/apache2/htdocs/index.html", "httpd-index.html"))
                .build();
    }

    private static StandIn httpEcho() {
        return StandIn.of("http-echo", "docker.io/hashicorp/http-echo")
                .needs("busybox", BUSYBOX_PACKAGE)
                .entrypoint("/usr/bin/http-echo")
                .ports(5678)
                .stopSignal(SIGKILL)
                .oneStream()
                .files(program("usr/bin/http-echo", "http-echo.sh"))
                .build();
    }

    private static StandIn helloApp() {
        return StandIn.of(
                        "hello-app",
                        "gcr.io/google-samples/hello-app",
                        "us-docker.pkg.dev/google-samples/containers/gke/hello-app")
                .needs("busybox", BUSYBOX_PACKAGE)
                .entrypoint("/usr/bin/hello-app")
                .ports(8080)
                .stopSignal(SIGKILL)
                .oneStream()
                .files(program("usr/bin/hello-app", "hello-app.sh"))
                .build();
    }

    private static StandIn bootcamp() {
        return StandIn.of(
                        "kubernetes-bootcamp",
                        "gcr.io/google-samples/kubernetes-bootcamp",
                        "docker.io/jocatalin/kubernetes-bootcamp")
                .needs("busybox", BUSYBOX_PACKAGE)
                .entrypoint("/usr/bin/kubernetes-bootcamp")
                .ports(8080)
                .stopSignal(SIGKILL)
                .oneStream()
                .files(program("usr/bin/kubernetes-bootcamp", "kubernetes-bootcamp.sh"))
                .build();
    }

    private static StandIn agnhost() {
        return StandIn.of("agnhost", "registry.k8s.io/e2e-test-images/agnhost", "registry.k8s.io/agnhost")
                .needs("busybox", BUSYBOX_PACKAGE)
                .entrypoint("/usr/bin/agnhost")
                .command("pause")
                .stopSignal(SIGKILL)
                .oneStream()
                .files(program("usr/bin/agnhost", "agnhost.sh"))
                .build();
    }

    private static StandIn redis() {
        return StandIn.of("redis", "docker.io/library/redis")
                .needs("redis-server", "redis-server")
                .command("redis-server")
                .workingDirectory("/var/lib")
                .ports(6379)
                .files(program("usr/local/bin/redis-server", "redis-server.sh"))
                .build();
    }

    private static StandIn memcached() {
        return StandIn.of("memcached", "docker.io/library/memcached")
                .needs("memcached", "memcached")
                .command("memcached")
                .ports(11211)
                .files(program("usr/local/bin/memcached", "memcached.sh"))
                .build();
    }

    private static StandIn python() {
        return StandIn.of("python", "docker.io/library/python")
                .needs("python3", "python3")
                .command("python3")
                .files(program("usr/local/bin/python", "python.sh"))
                .build();
    }

    private static StandIn perl() {
        return StandIn.of("perl", "docker.io/library/perl")
                .needs("perl", "perl")
                .command("perl", "-de0")
                .build();
    }

    private static StandIn node() {
        return StandIn.of("node", "docker.io/library/node")
                .needs("node", "nodejs")
                .command("node")
                .build();
    }

    private static StandIn curl() {
        return StandIn.of("curl", "docker.io/curlimages/curl")
                .needs("curl", "curl")
                .entrypoint("curl")
                .command("--help")
                .build();
    }
}
