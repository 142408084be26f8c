package io.flotilla.controllermanager;

import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.deployment.DeploymentController;
import io.flotilla.controllermanager.endpoint.EndpointsController;
import io.flotilla.controllermanager.endpointslice.EndpointSliceController;
import io.flotilla.controllermanager.garbagecollector.GarbageCollector;
import io.flotilla.controllermanager.job.FinishedJobController;
import io.flotilla.controllermanager.job.JobController;
import io.flotilla.controllermanager.namespace.NamespaceController;
import io.flotilla.controllermanager.nodeipam.NodeIpamController;
import io.flotilla.controllermanager.nodelifecycle.NodeLifecycleController;
import io.flotilla.controllermanager.podgc.PodGarbageCollector;
import io.flotilla.controllermanager.replicaset.ReplicaSetController;
import io.flotilla.controllermanager.resourcequota.ResourceQuotaController;
import io.flotilla.controllermanager.rootca.RootCaPublisher;
import io.flotilla.controllermanager.serviceaccount.ServiceAccountController;
import io.flotilla.controllermanager.tainteviction.TaintEvictionController;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The controllers by the names that {@code --controllers} knows, and how each is built. */
final class ControllerTable {
    /** Makes a controller, or nothing where the flags leave out what it needs. */
    interface Builder extends Function<ControllerContext, Optional<Controller>> {}

    private static final Map<String, Builder> BUILDERS = new LinkedHashMap<>();

    static {
        always("namespace-controller", NamespaceController::new);
        always("serviceaccount-controller", ServiceAccountController::new);
        BUILDERS.put("root-ca-certificate-publisher-controller", ControllerTable::rootCaPublisher);
        always("deployment-controller", DeploymentController::new);
        always("replicaset-controller", ReplicaSetController::new);
        always("job-controller", JobController::new);
        always("ttl-after-finished-controller", FinishedJobController::new);
        always("endpoints-controller", EndpointsController::new);
        always("endpointslice-controller", EndpointSliceController::new);
        BUILDERS.put("node-ipam-controller", ControllerTable::nodeIpam);
        always("node-lifecycle-controller", NodeLifecycleController::new);
        always("taint-eviction-controller", TaintEvictionController::new);
        always("pod-garbage-collector-controller", PodGarbageCollector::new);
        always("garbage-collector-controller", GarbageCollector::new);
        always("resourcequota-controller", ResourceQuotaController::new);
    }

    private ControllerTable() {}

    private static void always(String name, Function<ControllerContext, Controller> constructor) {
        BUILDERS.put(name, context -> Optional.of(constructor.apply(context)));
    }

    static Map<String, Builder> builders() {
        return Map.copyOf(BUILDERS);
    }

    private static Optional<Controller> rootCaPublisher(ControllerContext context) {
        return context.settings().rootCaFile().map(file -> new RootCaPublisher(context, read(file)));
    }

    private static Optional<Controller> nodeIpam(ControllerContext context) {
        return context.settings().clusterCidr().map(cidr -> new NodeIpamController(context, cidr));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("--root-ca-file: cannot read " + file, e);
        }
    }
}
