package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.discovery.Discovery;
import io.flotilla.apiserver.extension.definition.DefinitionStrategy;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.patch.FieldManager;
import io.flotilla.apiserver.pipeline.Answer;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.pipeline.Body;
import io.flotilla.apiserver.pipeline.Caller;
import io.flotilla.apiserver.pipeline.ListQuery;
import io.flotilla.apiserver.pipeline.Listing;
import io.flotilla.apiserver.pipeline.PatchType;
import io.flotilla.apiserver.pipeline.Target;
import io.flotilla.apiserver.pipeline.Writes;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.registry.builtin.BuiltInKinds;
import io.flotilla.apiserver.registry.builtin.ClusterSettings;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.Encoding;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.storage.EtcdConfig;
import io.flotilla.apiserver.storage.EtcdStore;
import io.flotilla.apiserver.webhook.WebhookClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;

/** An API server without transports, all its caches on a real etcd. */
final class CustomServer implements AutoCloseable {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();

    final Schema schema = Schema.load();
    final Discovery discovery = new Discovery(schema);
    final List<String> warnings = new ArrayList<>();
    final EtcdStore store;
    private final Cache cache;
    private final CustomKinds kinds;
    private final WebhookClient webhooks;
    private final Api api;
    private final Caller caller;

    CustomServer(EtcdConfig etcd) {
        store = EtcdStore.open(etcd);
        cache = new Cache(store);
        BuiltInKinds rules = new BuiltInKinds(
                        schema,
                        ClusterSettings.of("10.96.0.0/24", "30000-30005", "127.0.0.1", 6443),
                        Clock.systemUTC(),
                        new Random(1))
                .withRules("customresourcedefinitions.apiextensions.k8s.io", new DefinitionStrategy());
        FieldManager fields = new FieldManager(schema);
        Registry registry = new Registry(
                schema,
                store,
                cache,
                rules,
                (resource, live, object, manager, subresource, now) -> fields.look(
                                schema.type(resource),
                                new FieldManager.Write(manager, subresource, true, now),
                                live,
                                object)::write,
                Clock.systemUTC(),
                new Random(2));
        Authorizer everyone = (_, _) -> Authorizer.Decision.ALLOW;
        api = new Api(
                registry,
                cache,
                store,
                everyone,
                new Writes(registry, schema, everyone, Reviews.NONE, Clock.systemUTC()));
        webhooks = new WebhookClient(new ServiceEndpoints(registry.objects(), registry));
        kinds = new CustomKinds(schema, cache, registry, Clock.systemUTC(), webhooks);
        caller = new Caller(new User("jane", "", List.of(), Map.of()), "test", warnings::add);
        cache.start();
        kinds.start();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(cache::isLoaded);
    }

    static ObjectNode parse(String text) {
        try {
            return (ObjectNode) LENIENT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    boolean serves(String group, String version, String plural) {
        return schema.resource(group, version, plural).isPresent();
    }

    void awaitServed(String group, String version, String plural) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> serves(group, version, plural));
    }

    private Target target(String group, String version, String plural, String name, String subresource) {
        ResourceInfo resource = schema.resource(group, version, plural).orElseThrow();
        return new Target(resource, resource.namespaced() ? "default" : "", name, subresource);
    }

    ObjectNode create(String group, String version, String plural, ObjectNode object) {
        return tree(api.writes()
                .create(caller, target(group, version, plural, "", ""), body(object), WriteOptions.DEFAULT));
    }

    /** Creates a definition. */
    ObjectNode define(String spec) {
        ObjectNode object = parse("{metadata:{}}");
        object.set("spec", parse(spec));
        ObjectNode names = (ObjectNode) object.get("spec").get("names");
        ((ObjectNode) object.get("metadata"))
                .put(
                        "name",
                        names.get("plural").asText() + "."
                                + object.get("spec").get("group").asText());
        return create("apiextensions.k8s.io", "v1", "customresourcedefinitions", object);
    }

    ObjectNode definition(String name) {
        return get("apiextensions.k8s.io", "v1", "customresourcedefinitions", name, "");
    }

    ObjectNode get(String group, String version, String plural, String name, String subresource) {
        return tree(api.get(caller, target(group, version, plural, name, subresource), ""));
    }

    ObjectNode patch(String group, String version, String plural, String name, String subresource, String patch) {
        return tree(api.writes()
                .patch(
                        caller,
                        target(group, version, plural, name, subresource),
                        PatchType.MERGE,
                        parse(patch).toString().getBytes(StandardCharsets.UTF_8),
                        false,
                        WriteOptions.DEFAULT));
    }

    void delete(String group, String version, String plural, String name) {
        api.writes().delete(caller, target(group, version, plural, name, ""), DeleteOptions.NONE, Optional.empty());
    }

    /** Names of the objects that a field selector selects. */
    List<String> list(String group, String version, String plural, String fieldSelector) {
        return api
                .list(caller, target(group, version, plural, "", ""), ListQuery.selecting("", fieldSelector))
                .items()
                .stream()
                .map(each -> each.name())
                .toList();
    }

    /** Lists as things were at a version. */
    List<ObjectNode> listAt(String group, String version, String plural, String resourceVersion) {
        Listing listing = api.list(
                caller,
                target(group, version, plural, "", ""),
                new ListQuery("", "", resourceVersion, "Exact", 0, "", false, false));
        return listing.items().stream()
                .map(each -> StoredForm.parse(listing.version().encode(each).json()))
                .toList();
    }

    private static Body body(ObjectNode object) {
        return new Body(object.toString().getBytes(StandardCharsets.UTF_8), Encoding.JSON);
    }

    private static ObjectNode tree(Answer answer) {
        return switch (answer) {
            case Answer.Made made -> made.object();
            case Answer.Stored stored ->
                StoredForm.parse(stored.version().encode(stored.object()).json());
        };
    }

    @Override
    public void close() {
        kinds.close();
        webhooks.close();
        cache.close();
        store.close();
    }
}
