package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.extension.conversion.VersionConverter;
import io.flotilla.apiserver.registry.Conversion;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.CustomForm;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects of one defined kind between its versions. What is stored may be of an older version, or older than the schema:
 * it is read as if it had been written now.
 */
final class StoredValues implements Conversion {
    private static final Logger LOG = LoggerFactory.getLogger(StoredValues.class);

    private final String storage;
    private final Map<String, CustomForm> forms;
    private final VersionConverter converter;

    /**
     * @param storage apiVersion in which objects are stored
     * @param forms of every version, by apiVersion
     */
    StoredValues(String storage, Map<String, CustomForm> forms, VersionConverter converter) {
        this.storage = storage;
        this.forms = forms;
        this.converter = converter;
    }

    @Override
    public void toStorage(ObjectNode object, String fromVersion) {
        convert(object, storage);
    }

    @Override
    public void fromStorage(ObjectNode object, String toVersion) {
        convert(object, toVersion);
    }

    @Override
    public void allFromStorage(List<ObjectNode> objects, String toVersion) {
        List<ObjectNode> others = objects.stream()
                .filter(each -> !version(each).equals(toVersion))
                .toList();
        if (!others.isEmpty()) {
            converter.convert(others, toVersion);
        }
        objects.forEach(this::normalize);
    }

    @Override
    public boolean asks() {
        return converter.asks();
    }

    private void convert(ObjectNode object, String to) {
        allFromStorage(List.of(object), to);
    }

    private static String version(ObjectNode object) {
        return object.path("apiVersion").asText();
    }

    /** Gives an object the form that the schema of its version says. */
    private void normalize(ObjectNode object) {
        CustomForm form = forms.get(version(object));
        if (form != null) {
            form.prune(object);
            form.applyDefaults(object);
        }
    }

    /**
     * A stored value in the form that the storage version's schema gives it; the same array if it has that already.
     *
     * @throws StatusException it is of another version, and whoever converts does not
     */
    byte[] upgrade(byte[] stored) {
        return changed(stored, object -> convert(object, storage));
    }

    /** As {@link #upgrade}, but nobody is asked: what someone else would have to convert stays of its version. */
    byte[] read(byte[] stored) {
        return changed(stored, object -> {
            if (converter.asks()) {
                normalize(object);
            } else {
                convert(object, storage);
            }
        });
    }

    private byte[] changed(byte[] stored, Consumer<ObjectNode> change) {
        try {
            ObjectNode object = StoredForm.parse(stored);
            change.accept(object);
            byte[] now = StoredForm.encode(object);
            return Arrays.equals(now, stored) ? stored : now;
        } catch (UncheckedIOException | ClassCastException | TypeErrorException e) {
            LOG.warn("a stored {} is not what its definition says: {}", storage, Objects.toString(e.getMessage(), ""));
            return stored;
        }
    }
}
