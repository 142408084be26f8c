package io.flotilla.deploy.plan;

import static io.flotilla.deploy.plan.Request.or;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes plans, keeps them, and adapts a kept one to what is asked for now. */
public final class Planner {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final LabFiles files;
    private final Claims claims;

    public Planner(LabFiles files, Claims claims) {
        this.files = files;
        this.claims = claims;
    }

    /** The kept plan, or nothing where there is no lab in the data directory yet. */
    public Optional<Plan> load() {
        if (!Files.exists(files.plan())) {
            return Optional.empty();
        }
        try {
            var plan = JSON.readValue(Files.readString(files.plan()), Plan.class);
            if (plan.version() != Plan.VERSION) {
                throw damaged("it is of version " + plan.version(), null);
            }
            return Optional.of(plan);
        } catch (JacksonException e) {
            throw damaged("it is not the JSON of a plan", e);
        } catch (IOException e) {
            throw damaged("it cannot be read", e);
        }
    }

    /** The plan for what is asked for: the kept one where there is one, changed as far as a lab with data can be. */
    public Plan plan(Request request) throws IOException {
        var kept = load();
        if (kept.isEmpty()) {
            refuseForeignData();
            var block = claims.claim(files);
            var fresh = new Plan(
                    Plan.VERSION,
                    UUID.randomUUID().toString(),
                    request.size(Size.DEFAULT),
                    or(request.runtime(), ContainerRuntime.PROCESS),
                    or(request.profile(), Profile.FAST),
                    block,
                    Map.of(),
                    or(request.restart(), true));
            return keep(withPorts(fresh, request));
        }
        var before = kept.get();
        if (request.etcd() != null && request.etcd() != before.size().etcd()) {
            throw new LabException("The lab in " + files.root() + " has "
                    + before.size().etcd() + " etcd members and cannot be changed to " + request.etcd()
                    + ": use another --data-dir, or ./flotilla down --wipe first.");
        }
        var after = new Plan(
                Plan.VERSION,
                before.id(),
                request.size(before.size()),
                or(request.runtime(), before.runtime()),
                or(request.profile(), before.profile()),
                before.block(),
                before.ports(),
                or(request.restart(), before.restart()));
        return keep(withPorts(after, request));
    }

    /** A directory that holds something else must not be taken for a lab, let alone be wiped as one. */
    private void refuseForeignData() throws IOException {
        if (!Files.exists(files.root())) {
            return;
        }
        if (!Files.isDirectory(files.root())) {
            throw new LabException("--data-dir " + files.root() + " is not a directory.");
        }
        if (Files.exists(files.root().resolve("etcd")) || Files.exists(files.pki())) {
            throw damaged("it is missing although other data of a lab are there", null);
        }
        try (var entries = Files.list(files.root())) {
            if (entries.anyMatch(entry -> !entry.getFileName().toString().startsWith("."))) {
                throw new LabException("--data-dir " + files.root()
                        + " holds files that are not a lab's: give an empty or a new directory.");
            }
        }
    }

    private Plan keep(Plan plan) throws IOException {
        files.create();
        PrivateFile.write(files.plan(), JSON.writeValueAsString(plan) + "\n");
        return plan;
    }

    private static Plan withPorts(Plan plan, Request request) {
        var ports = new HashMap<String, Integer>(plan.ports());
        if (request.port() != null) {
            ports.put(Plan.portKey(Kind.BALANCER, 1, Listener.HTTPS), request.port());
        }
        var taken = new HashSet<>(ports.values());
        for (var kind : Kind.values()) {
            for (int number = 1; number <= plan.size().of(kind); number++) {
                for (var listener : Listener.of(kind)) {
                    var host = plan.host(kind, number);
                    ports.computeIfAbsent(
                            Plan.portKey(kind, number, listener),
                            key -> choose(host, listener.usualPort(kind), plan.blocks(), taken));
                }
            }
        }
        return new Plan(
                plan.version(),
                plan.id(),
                plan.size(),
                plan.runtime(),
                plan.profile(),
                plan.block(),
                ports,
                plan.restart());
    }

    private static int choose(String host, int usual, Blocks blocks, Set<Integer> taken) {
        if (usual != 0 && Ports.isFree(host, usual)) {
            return usual;
        }
        for (int port = blocks.firstPort(); port < 30_000; port++) {
            if (!taken.contains(port) && Ports.isFree(host, port)) {
                taken.add(port);
                return port;
            }
        }
        throw new LabException("No port between " + blocks.firstPort() + " and 29999 is free on " + host + ".");
    }

    private LabException damaged(String why, @Nullable Throwable cause) {
        return new LabException(
                "The data directory " + files.root() + " is damaged: of its plan.json, " + why
                        + "; restore it, or remove the lab with ./flotilla down --wipe --data-dir " + files.root()
                        + ".",
                cause);
    }
}
