package io.flotilla.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.Column;
import io.flotilla.apiserver.schema.CustomResource;
import java.util.ArrayList;
import java.util.List;

/** The cells of custom resources: what the columns of their definition find, if it is of the column's type. */
final class CustomCells {
    private CustomCells() {}

    static List<Object> of(CustomResource resource, ObjectNode object, Ages ages) {
        List<Column> columns = resource.columns();
        List<JsonNode> values = resource.cells(object);
        List<Object> cells = new ArrayList<>(columns.size());
        cells.add(Cells.name(object));
        for (int i = 1; i < columns.size(); i++) {
            cells.add(cell(columns.get(i).type(), values.get(i - 1), ages));
        }
        return cells;
    }

    private static Object cell(String type, JsonNode value, Ages ages) {
        if (value.isMissingNode() || value.isNull()) {
            return NullNode.instance;
        }
        return switch (type) {
            case "integer" -> value.isNumber() ? value.longValue() : NullNode.instance;
            case "number" -> value.isNumber() ? value.doubleValue() : NullNode.instance;
            case "boolean" -> value.isBoolean() ? value.booleanValue() : NullNode.instance;
            case "string" -> value.isTextual() ? value.textValue() : value.toString();
            case "date" -> date(value, ages);
            default -> NullNode.instance;
        };
    }

    private static Object date(JsonNode value, Ages ages) {
        if (!value.isTextual()) {
            return "<invalid>";
        }
        try {
            return ages.since(value);
        } catch (RuntimeException e) {
            return "<invalid>";
        }
    }
}
