package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.node.NodeAgents;
import io.flotilla.apiserver.node.PodLocator;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.pipeline.Caller;
import io.flotilla.apiserver.pipeline.Target;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.proto.node.ContainerRef;
import io.flotilla.proto.node.LogsRequest;
import io.flotilla.proto.node.NodeGrpc;
import io.flotilla.proto.node.SessionStart;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** The subresources of pods that are streams between a client and a node's agent. */
public final class PodStreams {
    private static final Set<String> NAMES = Set.of("log", "exec", "attach", "portforward");
    private static final String CLOSABLE = "v5.channel.k8s.io";
    private static final List<String> SESSION_PROTOCOLS =
            List.of("", "channel.k8s.io", "base64.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io");
    private static final List<String> SPDY_SESSION_PROTOCOLS =
            List.of("v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io");
    private static final String POSITIVE = "must be greater than 0";
    private static final String PORT_FORWARD = "portforward.k8s.io";
    private static final String TUNNEL = "SPDY/3.1+" + PORT_FORWARD;
    private static final List<String> PORT_PROTOCOLS = List.of("", "v4.channel.k8s.io", "v4.base64.channel.k8s.io");

    private final Api api;
    private final PodLocator locator;
    private final NodeAgents agents;

    public PodStreams(Api api, PodLocator locator, NodeAgents agents) {
        this.api = api;
        this.locator = locator;
        this.agents = agents;
    }

    static boolean handles(Target target) {
        return target.resource().resource().equals("pods")
                && target.resource().group().isEmpty()
                && NAMES.contains(target.subresource());
    }

    void handle(Exchange exchange, Caller caller, Target target) {
        boolean read = exchange.method().equals("GET");
        if (!read && !exchange.method().equals("POST")) {
            throw StatusException.methodNotSupported(
                    target.resource(), exchange.method().toLowerCase(Locale.ROOT));
        }
        api.authorize(caller.user(), target.attributes(read ? "get" : "create"));
        if (target.subresource().equals("log")) {
            checkLogs(target.name(), exchange.query());
        } else {
            api.writes().connect(caller, target, options(target, exchange.query()));
            if (read) {
                // A WebSocket is asked for by GET, but is not for who may only look.
                api.authorizeAlso(caller.user(), target, "create");
            }
        }
        PodLocator.Located located = locator.locate(target.namespace(), target.name());
        switch (target.subresource()) {
            case "log" -> logs(exchange, located);
            case "exec", "attach" ->
                session(exchange, located, target.subresource().equals("exec"));
            default -> portForward(exchange, located);
        }
    }

    /** The query as the object that admission sees. */
    private static ObjectNode options(Target target, Query query) {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        if (target.subresource().equals("portforward")) {
            if (query.has(ForwardedPorts.PARAMETER)) {
                ForwardedPorts.of(query).numbers().forEach(options.putArray("ports")::add);
            }
            return options;
        }
        for (String flag : List.of("stdin", "stdout", "stderr", "tty")) {
            if (query.flag(flag)) {
                options.put(flag, true);
            }
        }
        if (!query.get("container").isEmpty()) {
            options.put("container", query.get("container"));
        }
        if (target.subresource().equals("exec")) {
            query.all("command").forEach(options.putArray("command")::add);
        }
        return options;
    }

    private void logs(Exchange exchange, PodLocator.Located located) {
        Query query = exchange.query();
        LogsRequest.Builder request = LogsRequest.newBuilder()
                .setContainer(container(located, query))
                .setFollow(query.flag("follow"))
                .setPrevious(query.flag("previous"))
                .setTimestamps(query.flag("timestamps"))
                .setSinceTime(query.get("sinceTime"))
                .setStream(query.get("stream"));
        if (query.has("sinceSeconds")) {
            request.setSinceSeconds(number(query, "sinceSeconds"));
        }
        if (query.has("tailLines")) {
            request.setTailLines(number(query, "tailLines"));
        }
        if (query.has("limitBytes")) {
            request.setLimitBytes(number(query, "limitBytes"));
        }
        new LogStream(exchange, located.agent())
                .run(observer -> agents.at(located.agent()).logs(request.build(), observer));
    }

    /** Fails with Invalid: what is asked of a log makes no sense, whichever pod's it is. */
    private static void checkLogs(String pod, Query query) {
        List<FieldError> errors = new ArrayList<>();
        checkNumber(query, "tailLines", 0, "must be greater than or equal to 0", errors);
        checkNumber(query, "limitBytes", 1, POSITIVE, errors);
        if (query.has("sinceSeconds") && query.has("sinceTime")) {
            errors.add(FieldError.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
        } else {
            checkNumber(query, "sinceSeconds", 1, POSITIVE, errors);
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid("", "PodLogOptions", pod, errors);
        }
    }

    private static void checkNumber(Query query, String name, long least, String otherwise, List<FieldError> errors) {
        if (query.has(name) && number(query, name) < least) {
            errors.add(FieldError.invalid(name, number(query, name), otherwise));
        }
    }

    private void session(Exchange exchange, PodLocator.Located located, boolean exec) {
        Query query = exchange.query();
        SessionStart start = SessionStart.newBuilder()
                .setContainer(container(located, query))
                .addAllCommand(exec ? query.all("command") : List.of())
                .setStdin(query.flag("stdin"))
                .setStdout(query.flag("stdout"))
                .setStderr(query.flag("stderr") && !query.flag("tty"))
                .setTty(query.flag("tty"))
                .build();
        if (exec && start.getCommandCount() == 0) {
            throw StatusException.badRequest("you must specify at least 1 command for the container");
        }
        if (!start.getStdin() && !start.getStdout() && !start.getStderr()) {
            throw StatusException.badRequest("you must specify at least 1 of stdin, stdout, stderr");
        }
        Consumer<AgentSession> begin = observer -> {
            NodeGrpc.NodeStub agent = agents.at(located.agent());
            if (exec) {
                agent.exec(observer);
            } else {
                agent.attach(observer);
            }
        };
        if (SpdyUpgrade.isAsked(exchange)) {
            SpdyUpgrade.upgrade(
                    exchange,
                    SPDY_SESSION_PROTOCOLS,
                    (pipeline, protocol) -> SpdySession.install(pipeline, protocol, located.agent(), start, begin));
        } else {
            WebSocketUpgrade.upgrade(
                    exchange,
                    WebSocketUpgrade.asked(exchange).contains(CLOSABLE) ? List.of(CLOSABLE) : SESSION_PROTOCOLS,
                    (pipeline, protocol) ->
                            WebSocketSession.install(pipeline, protocol, located.agent(), start, begin));
        }
    }

    private void portForward(Exchange exchange, PodLocator.Located located) {
        if (SpdyUpgrade.isAsked(exchange)) {
            SpdyUpgrade.upgrade(
                    exchange,
                    List.of(PORT_FORWARD),
                    (pipeline, _) -> PortForwarding.install(pipeline, located, agents.at(located.agent())));
        } else if (WebSocketUpgrade.asked(exchange).contains(TUNNEL)) {
            WebSocketUpgrade.upgrade(
                    exchange,
                    List.of(TUNNEL),
                    (pipeline, _) -> PortForwarding.installInWebSocket(pipeline, located, agents.at(located.agent())));
        } else {
            portForwardInChannels(exchange, located);
        }
    }

    private void portForwardInChannels(Exchange exchange, PodLocator.Located located) {
        ForwardedPorts ports = ForwardedPorts.of(exchange.query());
        String refusal = ports.refusal();
        if (WebSocketUpgrade.isAsked(exchange) && !refusal.isEmpty()) {
            exchange.addHeader("content-type", "text/plain; charset=utf-8");
            exchange.respond(400, Unpooled.copiedBuffer(refusal, StandardCharsets.UTF_8));
            return;
        }
        WebSocketUpgrade.upgrade(
                exchange,
                PORT_PROTOCOLS,
                (pipeline, protocol) -> WebSocketPortForward.install(
                        pipeline, protocol, ports.numbers(), located, agents.at(located.agent())));
    }

    private static ContainerRef container(PodLocator.Located located, Query query) {
        return ContainerRef.newBuilder()
                .setNamespace(located.namespace())
                .setPod(located.name())
                .setUid(located.uid())
                .setContainer(PodLocator.container(located, query.get("container")))
                .build();
    }

    private static long number(Query query, String name) {
        String text = query.get(name);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw StatusException.badRequest("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }
}
