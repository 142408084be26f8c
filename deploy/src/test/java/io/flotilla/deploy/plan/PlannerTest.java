package io.flotilla.deploy.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannerTest {
    @TempDir
    private Path directory = Path.of("");

    private LabFiles files = new LabFiles(Path.of(""));
    private Planner planner = new Planner(files, new Claims(directory));

    @BeforeEach
    void setUp() {
        files = new LabFiles(directory.resolve("lab"));
        planner = planner(files);
    }

    @Test
    void a_lab_has_the_default_size_where_nothing_is_asked_for() throws IOException {
        var plan = planner.plan(Request.NOTHING);

        assertThat(plan.size()).isEqualTo(Size.DEFAULT);
        assertThat(plan.runtime()).isEqualTo(ContainerRuntime.PROCESS);
        assertThat(plan.profile()).isEqualTo(Profile.FAST);
    }

    @Test
    void no_two_listeners_share_an_address() throws IOException {
        var plan = planner.plan(Request.NOTHING);
        var addresses = new HashSet<String>();

        for (var kind : Kind.values()) {
            for (int number = 1; number <= plan.size().of(kind); number++) {
                for (var listener : Listener.of(kind)) {
                    assertThat(addresses.add(plan.address(kind, number, listener)))
                            .as(kind.name(number) + " " + listener)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void a_lab_that_comes_back_has_the_addresses_it_had() throws IOException {
        var first = planner.plan(Request.NOTHING);

        assertThat(planner(files).plan(Request.NOTHING)).isEqualTo(first);
    }

    @Test
    void nodes_may_be_added_to_a_lab_that_is_down() throws IOException {
        var first = planner.plan(Request.NOTHING);

        var second = planner.plan(nodes(5));

        assertThat(second.size().nodes()).isEqualTo(5);
        assertThat(second.ports()).containsAllEntriesOf(first.ports());
        assertThat(second.address(Kind.AGENT, 5, Listener.GRPC)).isNotEmpty();
    }

    @Test
    void the_number_of_etcd_members_cannot_be_changed() throws IOException {
        planner.plan(Request.NOTHING);

        assertThatThrownBy(() -> planner.plan(new Request(1, null, null, null, null, null, null, null, null)))
                .isInstanceOf(LabException.class)
                .hasMessageContaining("3 etcd members")
                .hasMessageContaining(files.root().toString());
    }

    @Test
    void two_labs_have_different_address_blocks() throws IOException {
        var one = planner.plan(Request.NOTHING);
        var other = planner(new LabFiles(directory.resolve("other"))).plan(Request.NOTHING);

        assertThat(other.block()).isNotEqualTo(one.block());
        assertThat(other.id()).isNotEqualTo(one.id());
    }

    @Test
    void a_port_that_is_taken_is_not_chosen() throws IOException {
        var blocks = new Blocks(59);
        try (var taken = new ServerSocket(blocks.firstPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(Ports.isFree("127.0.0.1", taken.getLocalPort())).isFalse();
            assertThat(planner.plan(Request.NOTHING).ports()).doesNotContainValue(taken.getLocalPort());
        }
    }

    @Test
    void a_damaged_plan_is_named() throws IOException {
        planner.plan(Request.NOTHING);
        Files.writeString(files.plan(), "{ no plan");

        assertThatThrownBy(planner::load)
                .isInstanceOf(LabException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining("plan.json")
                .hasMessageNotContaining("\n");
    }

    @Test
    void data_without_a_plan_are_damaged_and_kept() throws IOException {
        planner.plan(Request.NOTHING);
        Files.delete(files.plan());

        assertThatThrownBy(() -> planner.plan(Request.NOTHING)).hasMessageContaining("damaged");
        assertThat(files.pki()).exists();
    }

    @Test
    void a_directory_that_holds_something_else_is_refused() throws IOException {
        Files.createDirectories(files.root());
        Files.writeString(files.root().resolve("thesis.txt"), "years of work");

        assertThatThrownBy(() -> planner.plan(Request.NOTHING)).hasMessageContaining("not a lab's");
        assertThat(files.plan()).doesNotExist();
    }

    @Test
    void a_plan_is_for_its_owner_only() throws IOException {
        planner.plan(Request.NOTHING);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.plan())))
                .isEqualTo("rw-------");
    }

    @Test
    void an_etcd_of_two_members_is_refused() {
        assertThatThrownBy(() -> planner.plan(new Request(2, null, null, null, null, null, null, null, null)))
                .isInstanceOf(LabException.class)
                .hasMessage("--etcd takes 1, 3 or 5 members, not 2.");
    }

    private Planner planner(LabFiles labFiles) {
        return new Planner(labFiles, new Claims(directory.resolve("blocks")));
    }

    private static Request nodes(int nodes) {
        return new Request(null, null, null, null, nodes, null, null, null, null);
    }
}
