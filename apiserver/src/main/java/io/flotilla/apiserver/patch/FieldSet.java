package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.RawObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of paths, as {@code fieldsV1} holds it: a tree whose edges are {@code f:name}, {@code k:{…}} or {@code v:…}, and
 * whose nodes are in the set or merely lead to some that are. Mutable while it is built; operations on sets change none of
 * them and share what they can.
 */
final class FieldSet {
    private static final String SELF = ".";

    private static final JsonFactory FACTORY = new JsonFactory();

    private boolean member;
    private final Edges children;
    private volatile byte @Nullable [] text;

    FieldSet() {
        this(false, new Edges());
    }

    private FieldSet(boolean member, Edges children) {
        this.member = member;
        this.children = children;
    }

    /** Reads a set; it must not be changed, for many objects may have the same. */
    static FieldSet of(JsonNode fields) {
        return fields instanceof RawObject raw
                ? raw.text().map(KnownFieldSets::of).orElseGet(() -> parse(raw))
                : parse(fields);
    }

    static FieldSet parse(JsonNode fields) {
        FieldSet set = new FieldSet();
        fields.properties().forEach(entry -> {
            if (!entry.getKey().equals(SELF)) {
                FieldSet child = parse(entry.getValue());
                child.member = entry.getValue().isEmpty() || entry.getValue().has(SELF);
                set.children.put(entry.getKey(), child);
            }
        });
        return set;
    }

    /** The set whose only path has no edges. */
    static FieldSet itself() {
        FieldSet set = new FieldSet();
        set.member = true;
        return set;
    }

    /** The set of these paths, each given by its edges. */
    @SafeVarargs
    static FieldSet ofPaths(List<String>... paths) {
        FieldSet set = new FieldSet();
        for (List<String> path : paths) {
            set.insert(path);
        }
        return set;
    }

    /** The set as an object of {@code fieldsV1}. */
    RawObject toJson() {
        return new RawObject(text());
    }

    /** Whether the other has the same paths. */
    boolean isSameAs(FieldSet other) {
        return Arrays.equals(text(), other.text());
    }

    /** To be called when the set is complete: the text is kept. */
    private byte[] text() {
        byte[] known = text;
        if (known == null) {
            try (ByteArrayBuilder out = new ByteArrayBuilder();
                    JsonGenerator json = FACTORY.createGenerator(out)) {
                json.writeStartObject();
                write(json);
                json.writeEndObject();
                json.flush();
                known = out.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            text = known;
        }
        return known;
    }

    private void write(JsonGenerator json) throws IOException {
        Edges edges = children.inOrder();
        for (int i = 0; i < edges.size(); i++) {
            FieldSet child = edges.set(i);
            json.writeFieldName(edges.name(i));
            json.writeStartObject();
            if (child.member && !child.children.isEmpty()) {
                json.writeFieldName(SELF);
                json.writeStartObject();
                json.writeEndObject();
            }
            child.write(json);
            json.writeEndObject();
        }
    }

    boolean isMember() {
        return member;
    }

    Edges children() {
        return children;
    }

    /** Whether no path is in the set. */
    boolean isEmpty() {
        if (member) {
            return false;
        }
        Edges edges = children.inOrder();
        for (int i = 0; i < edges.size(); i++) {
            if (!edges.set(i).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    void insert(List<String> path) {
        FieldSet node = this;
        for (String edge : path) {
            node = node.children.grow(edge);
        }
        node.member = true;
    }

    /** Makes the paths of the other set, behind that edge, this set's. */
    void put(String edge, FieldSet other) {
        children.put(edge, other);
    }

    /** Makes the paths of the other set, behind that path of at least one edge, this set's; there must be none yet. */
    void graft(List<String> path, FieldSet other) {
        FieldSet node = this;
        for (String edge : path.subList(0, path.size() - 1)) {
            node = node.children.grow(edge);
        }
        node.children.put(path.getLast(), other);
    }

    FieldSet union(FieldSet other) {
        FieldSet result = with(member || other.member);
        Edges edges = other.children.inOrder();
        for (int i = 0; i < edges.size(); i++) {
            FieldSet mine = children.get(edges.name(i));
            FieldSet theirs = edges.set(i);
            result = result.with(this, edges.name(i), mine == null ? theirs : mine.union(theirs));
        }
        return result;
    }

    /** The paths of this set that are not in the other. */
    FieldSet difference(FieldSet other) {
        FieldSet result = with(member && !other.member);
        Edges edges = other.children.inOrder();
        for (int i = 0; i < edges.size(); i++) {
            FieldSet mine = children.get(edges.name(i));
            if (mine != null) {
                result = result.with(this, edges.name(i), mine.difference(edges.set(i)));
            }
        }
        return result;
    }

    private FieldSet with(boolean asMember) {
        return asMember == member ? this : new FieldSet(asMember, new Edges(children));
    }

    /** This set, which was made of another or is it, with those paths behind an edge; the edge goes when there are none. */
    private FieldSet with(FieldSet origin, String edge, FieldSet below) {
        boolean gone = below.isEmpty();
        FieldSet before = children.get(edge);
        if (before == below || (gone && before == null)) {
            return this;
        }
        FieldSet result = this == origin ? new FieldSet(member, new Edges(children)) : this;
        if (gone) {
            result.children.remove(edge);
        } else {
            result.children.put(edge, below);
        }
        return result;
    }

    FieldSet intersection(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && other.member;
        Edges edges = children.inOrder();
        for (int i = 0; i < edges.size(); i++) {
            FieldSet theirs = other.children.get(edges.name(i));
            FieldSet common = theirs == null ? null : edges.set(i).intersection(theirs);
            if (common != null && !common.isEmpty()) {
                result.children.put(edges.name(i), common);
            }
        }
        return result;
    }

    /** The paths of this set that are neither in the other nor below one that is. */
    FieldSet without(FieldSet other) {
        FieldSet result = with(member && !other.member);
        Edges edges = other.children.inOrder();
        for (int i = 0; i < edges.size(); i++) {
            FieldSet mine = children.get(edges.name(i));
            if (mine != null) {
                FieldSet theirs = edges.set(i);
                result = result.with(this, edges.name(i), theirs.member ? new FieldSet() : mine.without(theirs));
            }
        }
        return result;
    }

    /** Every path of the set, written as {@code .spec.containers[name="a"].image}. */
    List<String> paths() {
        List<String> paths = new ArrayList<>();
        visit("", (path, _) -> paths.add(path));
        return paths;
    }

    private void visit(String path, BiConsumer<String, FieldSet> visitor) {
        if (member) {
            visitor.accept(path, this);
        }
        Edges edges = children.inOrder();
        for (int i = 0; i < edges.size(); i++) {
            edges.set(i).visit(path + readable(edges.name(i)), visitor);
        }
    }

    private static String readable(String edge) {
        String rest = edge.substring(2);
        return switch (edge.charAt(0)) {
            case 'f' -> "." + rest;
            case 'v' -> "[=" + rest + "]";
            case 'k' -> {
                StringBuilder text = new StringBuilder("[");
                JsonCodec.decodeAny(rest.getBytes(StandardCharsets.UTF_8))
                        .properties()
                        .forEach(entry -> text.append(text.length() > 1 ? "," : "")
                                .append(entry.getKey())
                                .append('=')
                                .append(entry.getValue()));
                yield text.append(']').toString();
            }
            default -> "[" + rest + "]";
        };
    }

    void makeMember() {
        member = true;
    }

    @Override
    public String toString() {
        return new String(text(), StandardCharsets.UTF_8);
    }
}
