package io.flotilla.apiserver.conformance;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/** An extension API server that serves one kind, {@code Fish}, and remembers who asked for what. */
final class ExtensionServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String group;
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();
    /** Opened once a watch of the client has gone. */
    private final CountDownLatch watchEnded = new CountDownLatch(1);

    /**
     * A request.
     *
     * @param peer subject of the certificate that the client showed
     */
    record Asked(String method, Headers headers, String peer, String body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.getFirst(name));
        }
    }

    ExtensionServer(String group, SSLContext tls) throws IOException {
        this.group = group;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
                ssl.setNeedClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        });
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The last request for a path, without its query. */
    Asked asked(String path) {
        Asked last = asked.get(path);
        if (last == null) {
            throw new AssertionError("nobody has asked for " + path + " but for " + asked.keySet());
        }
        return last;
    }

    /** Waits until a watch has noticed that its client is gone. */
    void awaitEndOfWatch() throws InterruptedException {
        watchEnded.await();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.put(path, new Asked(exchange.getRequestMethod(), exchange.getRequestHeaders(), peer(exchange), body));
            String base = "/apis/" + group + "/v1";
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            if (path.equals(base)) {
                respond(exchange, 200, resources());
            } else if (path.equals("/openapi/v3")) {
                respond(
                        exchange,
                        200,
                        "{'paths':{'apis/%s/v1':{'serverRelativeURL':'/openapi/v3/apis/%s/v1?hash=F00D'}}}"
                                .formatted(group, group));
            } else if (path.equals("/openapi/v2")) {
                respond(exchange, 200, description());
            } else if (path.startsWith("/openapi/v3/")) {
                respond(exchange, 200, "{'openapi':'3.0.0','info':{'title':'Fish'}}");
            } else if (query.contains("watch=true")) {
                watch(exchange);
            } else if (path.endsWith("/fish")) {
                respond(
                        exchange,
                        exchange.getRequestMethod().equals("POST") ? 201 : 200,
                        "{'kind':'FishList','apiVersion':'%s/v1','metadata':{'resourceVersion':'7'},'items':[%s]}"
                                .formatted(group, fish("trout")));
            } else {
                respond(exchange, 404, "{'kind':'Status','apiVersion':'v1','status':'Failure','reason':'NotFound'}");
            }
        }
    }

    private static String peer(HttpExchange exchange) {
        try {
            return ((com.sun.net.httpserver.HttpsExchange) exchange)
                    .getSSLSession()
                    .getPeerPrincipal()
                    .getName();
        } catch (SSLPeerUnverifiedException e) {
            return "";
        }
    }

    /** Its own group and another one, with a definition of a name that the cluster has for something else. */
    private String description() {
        return ("{'swagger':'2.0','paths':{"
                        + "'/apis/%s/v1/fish':{'get':{'responses':{'200':{'description':'OK','schema':{'$ref':'#/definitions/v1.Fish'}}}}},"
                        + "'/apis/other/v1/fish':{'get':{'responses':{'200':{'description':'OK','schema':{'$ref':'#/definitions/v1.Other'}}}}}},"
                        + "'definitions':{'v1.Fish':{'type':'object','properties':{"
                        + "'pod':{'$ref':'#/definitions/io.k8s.api.core.v1.Pod'}}},"
                        + "'io.k8s.api.core.v1.Pod':{'type':'object','description':'of whales'},"
                        + "'v1.Other':{'type':'object'}}}")
                .formatted(group);
    }

    private String fish(String name) {
        return "{'kind':'Fish','apiVersion':'%s/v1','metadata':{'name':'%s','namespace':'default'}}"
                .formatted(group, name);
    }

    private String resources() {
        return ("{'kind':'APIResourceList','apiVersion':'v1','groupVersion':'%s/v1','resources':["
                        + "{'name':'fish','singularName':'fish','namespaced':true,'kind':'Fish','verbs':['get','list','watch'],"
                        + "'shortNames':['fi']},"
                        + "{'name':'fish/scale','singularName':'','namespaced':true,'group':'autoscaling','version':'v1',"
                        + "'kind':'Scale','verbs':['get']}]}")
                .formatted(group);
    }

    private static void respond(HttpExchange exchange, int code, String body) throws IOException {
        byte[] json = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, json.length);
        exchange.getResponseBody().write(json);
    }

    /** One event at once, further ones until the client goes. */
    private void watch(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; ; i++) {
                String event = "{'type':'ADDED','object':%s}%n".formatted(fish("trout-" + i));
                out.write(event.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
                out.flush();
                Thread.sleep(20);
            }
        } catch (IOException _) {
            watchEnded.countDown();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
