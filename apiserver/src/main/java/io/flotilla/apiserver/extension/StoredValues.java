package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.registry.Conversion;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.CustomForm;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
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

    private void convert(ObjectNode object, String to) {
        if (!object.path("apiVersion").asText().equals(to)) {
            converter.convert(object, to);
            object.put("apiVersion", to);
        }
        CustomForm form = forms.get(to);
        if (form != null) {
            form.prune(object);
            form.applyDefaults(object);
        }
    }

    /** A stored value in the form that the storage version's schema gives it; the same array if it has that already. */
    byte[] read(byte[] stored) {
        try {
            ObjectNode object = StoredForm.parse(stored);
            convert(object, storage);
            byte[] now = StoredForm.encode(object);
            return Arrays.equals(now, stored) ? stored : now;
        } catch (UncheckedIOException | ClassCastException | TypeErrorException | StatusException e) {
            LOG.warn("a stored {} is not what its definition says: {}", storage, Objects.toString(e.getMessage(), ""));
            return stored;
        }
    }
}
