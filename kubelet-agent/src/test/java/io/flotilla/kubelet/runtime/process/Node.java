package io.flotilla.kubelet.runtime.process;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.ContainerRuntime;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerMetadata;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.ContainerStatus;
import io.flotilla.proto.cri.ContainerStatusRequest;
import io.flotilla.proto.cri.CreateContainerRequest;
import io.flotilla.proto.cri.ExecSyncRequest;
import io.flotilla.proto.cri.ExecSyncResponse;
import io.flotilla.proto.cri.ImageServiceGrpc;
import io.flotilla.proto.cri.ImageSpec;
import io.flotilla.proto.cri.KeyValue;
import io.flotilla.proto.cri.NetworkConfig;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxMetadata;
import io.flotilla.proto.cri.PodSandboxStatusRequest;
import io.flotilla.proto.cri.PullImageRequest;
import io.flotilla.proto.cri.RemoveContainerRequest;
import io.flotilla.proto.cri.RemovePodSandboxRequest;
import io.flotilla.proto.cri.RunPodSandboxRequest;
import io.flotilla.proto.cri.RuntimeConfig;
import io.flotilla.proto.cri.RuntimeServiceGrpc;
import io.flotilla.proto.cri.StartContainerRequest;
import io.flotilla.proto.cri.StopContainerRequest;
import io.flotilla.proto.cri.StopPodSandboxRequest;
import io.flotilla.proto.cri.UpdateRuntimeConfigRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A node's runtime under test: opens it on a directory and speaks CRI to it, as the agent does. */
public final class Node implements AutoCloseable {

    private final Path logs;
    private final ContainerRuntime runtime;

    public Node(ContainerRuntime runtime, Path logs) {
        this.runtime = runtime;
        this.logs = logs;
    }

    /** Opens the process runtime with a pod block that no other test of this process uses. */
    static Node open(Path directory, String podCidr) throws IOException {
        var node = new Node(ProcessRuntime.open(directory.resolve("runtime")), directory.resolve("logs"));
        node.podCidr(podCidr);
        return node;
    }

    public void podCidr(String cidr) {
        cri().updateRuntimeConfig(UpdateRuntimeConfigRequest.newBuilder()
                .setRuntimeConfig(RuntimeConfig.newBuilder()
                        .setNetworkConfig(NetworkConfig.newBuilder().setPodCidr(cidr)))
                .build());
    }

    public ContainerRuntime runtime() {
        return runtime;
    }

    public RuntimeServiceGrpc.RuntimeServiceBlockingStub cri() {
        return RuntimeServiceGrpc.newBlockingStub(runtime.channel()).withDeadlineAfter(5, TimeUnit.MINUTES);
    }

    public ImageServiceGrpc.ImageServiceBlockingStub images() {
        return ImageServiceGrpc.newBlockingStub(runtime.channel()).withDeadlineAfter(5, TimeUnit.MINUTES);
    }

    public PodSandboxConfig pod(String name) {
        return PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(name)
                        .setNamespace("default")
                        .setUid(UUID.randomUUID().toString()))
                .setHostname(name)
                .setLogDirectory(logs.resolve(name).toString())
                .build();
    }

    public String run(PodSandboxConfig pod) {
        return cri().runPodSandbox(
                        RunPodSandboxRequest.newBuilder().setConfig(pod).build())
                .getPodSandboxId();
    }

    public String address(String sandbox) {
        return cri().podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(sandbox)
                        .build())
                .getStatus()
                .getNetwork()
                .getIp();
    }

    public static ContainerConfig.Builder container(String name, String image, String... command) {
        return ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(name))
                .setImage(ImageSpec.newBuilder().setImage(image))
                .addAllCommand(List.of(command))
                .setLogPath(name + "/0.log");
    }

    public static KeyValue env(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    public void pull(String image) {
        images().pullImage(PullImageRequest.newBuilder()
                .setImage(ImageSpec.newBuilder().setImage(image))
                .build());
    }

    public String create(String sandbox, ContainerConfig container) {
        pull(container.getImage().getImage());
        return cri().createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(sandbox)
                        .setConfig(container)
                        .build())
                .getContainerId();
    }

    public void start(String id) {
        cri().startContainer(
                        StartContainerRequest.newBuilder().setContainerId(id).build());
    }

    public String createAndStart(String sandbox, ContainerConfig container) {
        String id = create(sandbox, container);
        start(id);
        return id;
    }

    public ContainerStatus status(String id) {
        return cri().containerStatus(
                        ContainerStatusRequest.newBuilder().setContainerId(id).build())
                .getStatus();
    }

    int pid(String id) {
        return Integer.parseInt(cri().containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(id)
                        .setVerbose(true)
                        .build())
                .getInfoOrThrow("pid"));
    }

    int shimPid(String id) {
        return Integer.parseInt(cri().containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(id)
                        .setVerbose(true)
                        .build())
                .getInfoOrThrow("shimPid"));
    }

    public ContainerStatus awaitExit(String id) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> status(id).getState() == ContainerState.CONTAINER_EXITED);
        return status(id);
    }

    public ExecSyncResponse exec(String id, String... command) {
        return execWithin(0, id, command);
    }

    public ExecSyncResponse execWithin(int seconds, String id, String... command) {
        return cri().execSync(ExecSyncRequest.newBuilder()
                .setContainerId(id)
                .setTimeout(seconds)
                .addAllCmd(List.of(command))
                .build());
    }

    public void stop(String id, int grace) {
        cri().stopContainer(StopContainerRequest.newBuilder()
                .setContainerId(id)
                .setTimeout(grace)
                .build());
    }

    public void remove(String id) {
        cri().removeContainer(
                        RemoveContainerRequest.newBuilder().setContainerId(id).build());
    }

    public void stopPod(String sandbox) {
        cri().stopPodSandbox(StopPodSandboxRequest.newBuilder()
                .setPodSandboxId(sandbox)
                .build());
    }

    public void removePod(String sandbox) {
        cri().removePodSandbox(RemovePodSandboxRequest.newBuilder()
                .setPodSandboxId(sandbox)
                .build());
    }

    Path log(String pod, String container) {
        return logs.resolve(pod).resolve(container).resolve("0.log");
    }

    /** Returns the log's lines without their timestamps. */
    public List<String> logLines(String pod, String container) throws IOException {
        Path log = log(pod, container);
        return Files.exists(log)
                ? Files.readAllLines(log).stream()
                        .map(line -> line.substring(line.indexOf(' ') + 1))
                        .toList()
                : List.of();
    }

    @Override
    public void close() {
        runtime.close();
    }
}
