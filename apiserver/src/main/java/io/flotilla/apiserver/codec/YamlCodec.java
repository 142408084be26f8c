package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.FieldProblem;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML to trees and back, reading scalars as Kubernetes does: by the rules of YAML 1.1 ({@code yes}, {@code on} and
 * {@code 0644} are no strings). Only the first document counts. JSON is YAML.
 */
public final class YamlCodec {
    /** Aliases may multiply what is written; this many nodes is more than any object has. */
    private static final int MAX_NODES = 500_000;

    private static final int MAX_CHARACTERS = 4 << 20;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setCodePointLimit(MAX_CHARACTERS)
            .setUseMarks(false)
            .build();

    private YamlCodec() {}

    /**
     * Reads one object.
     *
     * @throws MalformedException it is not YAML, or not an object
     */
    public static Decoded decode(byte[] yaml) {
        Reader reader;
        JsonNode value;
        try {
            reader = new Reader(
                    new Parse(SETTINGS).parseString(Utf8.strict(yaml)).iterator());
            value = reader.document();
        } catch (CharacterCodingException _) {
            throw new MalformedException("yaml: invalid UTF-8");
        } catch (YamlEngineException e) {
            throw new MalformedException(
                    "yaml: " + String.valueOf(e.getMessage()).strip());
        }
        if (!(value instanceof ObjectNode object)) {
            throw new MalformedException("error converting YAML to JSON: the document is not an object");
        }
        return new Decoded(object, reader.duplicates);
    }

    /** Writes a tree as block YAML with sorted keys. */
    public static byte[] encode(JsonNode tree) {
        return new YamlWriter().write(tree).getBytes(StandardCharsets.UTF_8);
    }

    /** Builds the tree from the parser's events, so that depth and size are bounded while it is built. */
    private static final class Reader {
        private final Iterator<Event> events;
        private final List<FieldProblem> duplicates = new ArrayList<>(0);
        private final List<String> path = new ArrayList<>();
        private final Map<String, JsonNode> anchors = new HashMap<>();
        private int nodes;

        Reader(Iterator<Event> events) {
            this.events = events;
        }

        JsonNode document() {
            while (events.hasNext()) {
                Event event = events.next();
                if (event.getEventId() == Event.ID.DocumentStart) {
                    return value(events.next(), 0);
                }
            }
            return NODES.nullNode();
        }

        private JsonNode value(Event event, int depth) {
            count(1);
            if (depth > JsonCodec.MAX_DEPTH) {
                throw new MalformedException("yaml: exceeded max depth of " + JsonCodec.MAX_DEPTH);
            }
            return switch (event) {
                case AliasEvent alias -> {
                    JsonNode target = anchors.get(alias.getAlias().getValue());
                    if (target == null) {
                        throw new MalformedException(
                                "yaml: unknown anchor '" + alias.getAlias().getValue() + "' referenced");
                    }
                    count(size(target));
                    yield target.deepCopy();
                }
                case MappingStartEvent start -> anchored(start, object(depth));
                case SequenceStartEvent start -> anchored(start, array(depth));
                case ScalarEvent scalar -> anchored(scalar, scalar(scalar));
                case Event other -> throw new MalformedException("yaml: unexpected " + other.getEventId());
            };
        }

        private JsonNode anchored(NodeEvent event, JsonNode value) {
            event.getAnchor().ifPresent(anchor -> anchors.put(anchor.getValue(), value));
            return value;
        }

        private void count(int more) {
            nodes += more;
            if (nodes > MAX_NODES) {
                throw new MalformedException("yaml: document contains excessive aliasing");
            }
        }

        private static int size(JsonNode node) {
            int size = 1;
            for (JsonNode child : node) {
                size += size(child);
            }
            return size;
        }

        private ArrayNode array(int depth) {
            ArrayNode array = NODES.arrayNode();
            for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
                path.add("[" + array.size() + "]");
                array.add(value(event, depth + 1));
                path.removeLast();
            }
            return array;
        }

        private ObjectNode object(int depth) {
            ObjectNode object = NODES.objectNode();
            List<JsonNode> merges = new ArrayList<>(0);
            for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
                boolean merge = event instanceof ScalarEvent scalar
                        && scalar.isPlain()
                        && scalar.getValue().equals("<<");
                JsonNode keyNode = value(event, depth + 1);
                if (keyNode.isContainerNode()) {
                    throw new MalformedException("yaml: invalid map key: it is no scalar");
                }
                String key = keyNode.isNull() ? "null" : keyNode.asText();
                path.add((path.isEmpty() ? "" : ".") + key);
                JsonNode value = value(events.next(), depth + 1);
                if (merge) {
                    merges.add(value);
                } else if (object.replace(key, value) != null && duplicates.size() < 100) {
                    duplicates.add(new FieldProblem(FieldProblem.Kind.DUPLICATE, String.join("", path)));
                }
                path.removeLast();
            }
            merges.forEach(source -> merge(object, source));
            return object;
        }

        /** What is written in the mapping itself wins over what it merges. */
        private static void merge(ObjectNode object, JsonNode source) {
            if (source instanceof ArrayNode several) {
                several.forEach(each -> merge(object, each));
            } else if (source instanceof ObjectNode other) {
                other.properties().forEach(entry -> object.putIfAbsent(entry.getKey(), entry.getValue()));
            } else {
                throw new MalformedException("yaml: map merge requires map or sequence of maps as the value");
            }
        }

        private static JsonNode scalar(ScalarEvent scalar) {
            if (!Utf8.isWhole(scalar.getValue())) {
                throw new MalformedException("yaml: found invalid Unicode character escape code");
            }
            boolean typed = scalar.isPlain() && scalar.getTag().isEmpty();
            return typed ? YamlScalars.resolve(scalar.getValue()) : NODES.textNode(scalar.getValue());
        }
    }
}
