package io.flotilla.apiserver.extension;

import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.extension.conversion.VersionConverter;
import io.flotilla.apiserver.registry.CustomRegistration;
import io.flotilla.apiserver.registry.Strategy;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.schema.CustomForm;
import io.flotilla.apiserver.schema.CustomResource;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.webhook.WebhookClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A defined kind, ready to be served.
 *
 * @param versions every version, those included that are only stored
 * @param cache its objects, in the storage version; where a webhook converts, in any
 */
record CustomKind(
        Definition definition, List<CustomResource> versions, CustomRegistration registration, ResourceCache cache) {

    /**
     * Makes ready what a definition says.
     *
     * @param before the same kind as it was served so far: its cache is kept where objects look the same
     * @throws io.flotilla.apiserver.storage.StorageException if etcd does not answer
     */
    static CustomKind of(
            Definition definition, Schema schema, Cache cache, WebhookClient webhooks, Optional<CustomKind> before) {
        List<CustomVersion> versions = definition.versions().stream()
                .map(version -> new CustomVersion(definition, version, schema))
                .toList();
        CustomVersion storage = versions.stream()
                .filter(each -> each.info().isStorageVersion())
                .findFirst()
                .orElseThrow();
        Map<String, CustomForm> forms = new HashMap<>();
        for (CustomVersion each : versions) {
            CustomForm form = each.type().form();
            if (form != null) {
                forms.put(each.info().apiVersion(), form);
            }
        }
        StoredValues values = new StoredValues(
                storage.info().apiVersion(), forms, VersionConverter.of(definition.conversion(), webhooks));
        ResourceCache objects = before.filter(
                        kind -> kind.definition().schemas().equals(definition.schemas()))
                .map(CustomKind::cache)
                .orElseGet(() -> cache.attach(
                        storage.info().storagePrefix(),
                        definition.namespaced(),
                        SelectableFields.ofPaths(storage.version().selectableFields()),
                        values::read));
        Map<ResourceInfo, Strategy> served = new LinkedHashMap<>();
        Map<String, SubresourceHandler> handlers = new HashMap<>();
        for (CustomVersion each : versions) {
            CustomStrategy strategy = new CustomStrategy(each, values, definition.terminating());
            served.put(each.info(), strategy);
            handlers.putAll(strategy.handlers());
        }
        return new CustomKind(
                definition,
                new ArrayList<>(versions),
                new CustomRegistration(storage.info(), served, objects, values::upgrade, values, handlers),
                objects);
    }
}
