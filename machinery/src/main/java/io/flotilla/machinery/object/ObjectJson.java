package io.flotilla.machinery.object;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.Converter;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.fabric8.kubernetes.api.model.AnyType;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Kubernetes JSON of typed objects. Unknown fields survive in the model's additional properties. */
public final class ObjectJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(scalars())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            // The API says null of an empty list here and there; the model's lists and maps are never null.
            .withConfigOverride(List.class, type -> type.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SKIP)))
            .withConfigOverride(Map.class, type -> type.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SKIP)))
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private ObjectJson() {}

    /** The model says how its scalars are written to Jackson 3 only; to Jackson 2 they would be objects. */
    private static SimpleModule scalars() {
        return new SimpleModule("Kubernetes scalars")
                .addSerializer(AnyType.class, new StdDelegatingSerializer(AnyType.class, written(AnyType::getValue)))
                .addSerializer(Quantity.class, new StdDelegatingSerializer(Quantity.class, written(Quantity::toString)))
                .addSerializer(
                        MicroTime.class, new StdDelegatingSerializer(MicroTime.class, written(MicroTime::getTime)));
    }

    private static <T> Converter<T, Object> written(Function<T, @Nullable Object> value) {
        return new StdConverter<>() {
            @Override
            public @Nullable Object convert(T scalar) {
                return value.apply(scalar);
            }

            @Override
            public JavaType getInputType(TypeFactory types) {
                return types.constructType(Object.class);
            }

            @Override
            public JavaType getOutputType(TypeFactory types) {
                return types.constructType(Object.class);
            }
        };
    }

    /** Returns the one mapper; callers must not configure it. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** Fails with {@link UncheckedIOException} where the bytes are not JSON of such an object. */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] write(Object object) {
        try {
            return MAPPER.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a deep copy: the way to change an object that came from a cache. */
    public static <T> T copy(T object) {
        @SuppressWarnings("unchecked") // getClass of a T
        Class<T> type = (Class<T>) object.getClass();
        return read(write(object), type);
    }
}
