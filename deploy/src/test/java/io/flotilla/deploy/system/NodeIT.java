package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Taints, cordon and drain, and what nodes and their pods use. */
@ExtendWith(SharedLab.class)
class NodeIT {
    @Test
    void a_drained_node_is_left_by_its_pods_and_taken_again_when_it_is_back(Lab lab) {
        try (var namespace = Namespace.create(lab, "drain")) {
            namespace.applyExample("nginx-deployment.yaml").ok();
            namespace
                    .kubectl("rollout", "status", "deployment/nginx-deployment", "--timeout=180s")
                    .ok();

            try {
                lab.kubectl(
                                "drain",
                                "node-3",
                                "--ignore-daemonsets",
                                "--force",
                                "--delete-emptydir-data",
                                "--timeout=180s")
                        .ok();
                assertThat(lab.kubectl("get", "node", "node-3").ok()).contains("Ready,SchedulingDisabled");
                lab.eventually(it -> assertThat(namespace
                                .kubectl("get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}")
                                .ok())
                        .doesNotContain("node-3")
                        .hasSize("node-1 node-1 node-1".length()));
            } finally {
                lab.kubectl("uncordon", "node-3").ok();
            }
            assertThat(lab.kubectl("get", "node", "node-3").ok()).doesNotContain("SchedulingDisabled");
        }
    }

    @Test
    void a_tainted_node_gets_only_pods_that_tolerate_it(Lab lab) {
        try (var namespace = Namespace.create(lab, "taint")) {
            try {
                lab.kubectl("taint", "node", "node-1", "dedicated=test:NoSchedule")
                        .ok();
                assertThat(lab.kubectl("describe", "node", "node-1").ok()).contains("dedicated=test:NoSchedule");
                namespace.applyExample("frontend-replicaset.yaml").ok();
                namespace
                        .kubectl("wait", "--for=jsonpath={.status.readyReplicas}=3", "rs/frontend", "--timeout=180s")
                        .ok();
                assertThat(namespace
                                .kubectl("get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}")
                                .ok())
                        .doesNotContain("node-1");
            } finally {
                lab.kubectl("taint", "node", "node-1", "dedicated-").ok();
            }
        }
    }

    @Test
    void top_tells_what_nodes_and_pods_use(Lab lab) {
        try (var namespace = Namespace.create(lab, "top")) {
            namespace.applyExample("nginx-deployment.yaml").ok();
            namespace
                    .kubectl("rollout", "status", "deployment/nginx-deployment", "--timeout=180s")
                    .ok();

            // A rate needs two readings: a pod that has just started has none yet.
            lab.eventually(it -> assertThat(
                            namespace.kubectl("top", "pods", "--no-headers").ok())
                    .matches("(nginx-deployment-\\S+ +\\d+m +\\d+Mi *\n){3}"));
            assertThat(lab.kubectl("top", "nodes").ok())
                    .matches("NAME +CPU\\(cores\\) +CPU\\(%\\) +MEMORY\\(bytes\\) +MEMORY\\(%\\) *\n"
                            + "(node-\\d +\\d+m +\\d+% +\\d+Mi +\\d+% *\n){3}");
        }
    }
}
