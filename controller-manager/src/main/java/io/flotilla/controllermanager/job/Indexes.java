package io.flotilla.controllermanager.job;

import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Sets of completion indexes in the form {@code 1,3-5,7}. */
final class Indexes {
    private Indexes() {}

    static NavigableSet<Integer> parse(@Nullable String text) {
        NavigableSet<Integer> indexes = new TreeSet<>();
        if (text == null || text.isEmpty()) {
            return indexes;
        }
        for (String part : text.split(",", -1)) {
            String[] ends = part.split("-", 2);
            int first = Integer.parseInt(ends[0]);
            int last = ends.length == 1 ? first : Integer.parseInt(ends[1]);
            for (int index = first; index <= last; index++) {
                indexes.add(index);
            }
        }
        return indexes;
    }

    static String format(NavigableSet<Integer> indexes) {
        StringBuilder text = new StringBuilder();
        int first = -2;
        int last = -2;
        for (int index : indexes) {
            if (index != last + 1) {
                close(text, first, last);
                first = index;
            }
            last = index;
        }
        close(text, first, last);
        return text.toString();
    }

    private static void close(StringBuilder text, int first, int last) {
        if (first < 0) {
            return;
        }
        if (!text.isEmpty()) {
            text.append(',');
        }
        text.append(first);
        if (last > first) {
            text.append(last == first + 1 ? ',' : '-').append(last);
        }
    }
}
