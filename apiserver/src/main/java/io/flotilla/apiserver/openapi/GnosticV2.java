package io.flotilla.apiserver.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The protobuf form of an OpenAPI v2 document (package {@code openapi.v2} of gnostic): the messages and fields that our
 * documents use.
 */
final class GnosticV2 {
    private GnosticV2() {}

    static byte[] encode(JsonNode document) {
        return message(out -> {
            text(out, 1, document.path("swagger"));
            part(out, 2, info -> {
                text(info, 1, document.path("info").path("title"));
                text(info, 2, document.path("info").path("version"));
            });
            part(out, 8, paths -> named(paths, 2, document.path("paths"), GnosticV2::pathItem));
            part(out, 9, definitions -> named(definitions, 1, document.path("definitions"), GnosticV2::schema));
        });
    }

    private static void pathItem(CodedOutputStream out, JsonNode item) throws IOException {
        operation(out, 2, item.get("get"));
        operation(out, 3, item.get("put"));
        operation(out, 4, item.get("post"));
        operation(out, 5, item.get("delete"));
        operation(out, 8, item.get("patch"));
        parameters(out, 9, item.path("parameters"));
    }

    private static void operation(CodedOutputStream out, int number, @Nullable JsonNode operation) throws IOException {
        if (operation == null) {
            return;
        }
        part(out, number, inner -> {
            texts(inner, 1, operation.path("tags"));
            text(inner, 5, operation.path("operationId"));
            texts(inner, 7, operation.path("consumes"));
            parameters(inner, 8, operation.path("parameters"));
            part(
                    inner,
                    9,
                    responses -> named(responses, 1, operation.path("responses"), (value, response) -> {
                        // ResponseValue is a choice; its first alternative is the response itself.
                        part(value, 1, body -> {
                            text(body, 1, response.path("description"));
                            if (response.has("schema")) {
                                part(body, 2, item -> part(item, 1, schema -> schema(schema, response.path("schema"))));
                            }
                        });
                    }));
            extensions(inner, 13, operation);
        });
    }

    private static void parameters(CodedOutputStream out, int number, JsonNode parameters) throws IOException {
        for (JsonNode parameter : parameters) {
            part(
                    out,
                    number,
                    item -> part(item, 1, choice -> {
                        if (parameter.path("in").asText().equals("body")) {
                            part(choice, 1, body -> {
                                text(body, 2, parameter.path("name"));
                                text(body, 3, parameter.path("in"));
                                flag(body, 4, parameter.path("required"));
                                part(body, 5, schema -> schema(schema, parameter.path("schema")));
                            });
                        } else if (parameter.path("in").asText().equals("query")) {
                            part(
                                    choice,
                                    2,
                                    other -> part(other, 3, query -> {
                                        flag(query, 1, parameter.path("required"));
                                        text(query, 2, parameter.path("in"));
                                        text(query, 4, parameter.path("name"));
                                        text(query, 6, parameter.path("type"));
                                    }));
                        } else {
                            part(
                                    choice,
                                    2,
                                    other -> part(other, 4, path -> {
                                        flag(path, 1, parameter.path("required"));
                                        text(path, 2, parameter.path("in"));
                                        text(path, 4, parameter.path("name"));
                                        text(path, 5, parameter.path("type"));
                                    }));
                        }
                    }));
        }
    }

    private static void schema(CodedOutputStream out, JsonNode schema) throws IOException {
        text(out, 1, schema.path("$ref"));
        text(out, 2, schema.path("format"));
        text(out, 4, schema.path("description"));
        if (schema.has("default")) {
            part(out, 5, any -> yaml(any, schema.path("default")));
        }
        texts(out, 19, schema.path("required"));
        for (JsonNode value : schema.path("enum")) {
            part(out, 20, any -> yaml(any, value));
        }
        if (schema.has("additionalProperties")) {
            part(out, 21, item -> part(item, 1, inner -> schema(inner, schema.path("additionalProperties"))));
        }
        if (schema.has("type")) {
            part(out, 22, type -> text(type, 1, schema.path("type")));
        }
        if (schema.has("items")) {
            part(out, 23, items -> part(items, 1, inner -> schema(inner, schema.path("items"))));
        }
        if (schema.has("properties")) {
            part(out, 25, properties -> named(properties, 1, schema.path("properties"), GnosticV2::schema));
        }
        extensions(out, 31, schema);
    }

    private static void extensions(CodedOutputStream out, int number, JsonNode object) throws IOException {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (entry.getKey().startsWith("x-")) {
                part(out, number, named -> {
                    named.writeString(1, entry.getKey());
                    part(named, 2, any -> yaml(any, entry.getValue()));
                });
            }
        }
    }

    /** JSON is YAML. */
    private static void yaml(CodedOutputStream out, JsonNode value) throws IOException {
        out.writeString(2, value + "\n");
    }

    private static void named(CodedOutputStream out, int number, JsonNode object, Writer writer) throws IOException {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            part(out, number, pair -> {
                pair.writeString(1, entry.getKey());
                part(pair, 2, value -> writer.write(value, entry.getValue()));
            });
        }
    }

    private static void text(CodedOutputStream out, int number, JsonNode value) throws IOException {
        if (value.isTextual() && !value.textValue().isEmpty()) {
            out.writeString(number, value.textValue());
        }
    }

    private static void texts(CodedOutputStream out, int number, JsonNode values) throws IOException {
        for (JsonNode value : values) {
            out.writeString(number, value.asText());
        }
    }

    private static void flag(CodedOutputStream out, int number, JsonNode value) throws IOException {
        if (value.asBoolean()) {
            out.writeBool(number, true);
        }
    }

    private static void part(CodedOutputStream out, int number, Content content) throws IOException {
        out.writeByteArray(number, message(content));
    }

    private static byte[] message(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            content.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private interface Content {
        void write(CodedOutputStream out) throws IOException;
    }

    private interface Writer {
        void write(CodedOutputStream out, JsonNode value) throws IOException;
    }
}
