package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The ports that a request asks to be forwarded; a parameter may name several, separated by commas. Who speaks SPDY names
 * them later, stream by stream.
 *
 * @param numbers 0 to 65535
 */
record ForwardedPorts(List<Integer> numbers) {
    static final String PARAMETER = "ports";
    private static final int HIGHEST = 65_535;
    /** Two channels each, numbered in a byte. */
    private static final int MOST = 128;

    /** Fails with BadRequest for what is no port number. */
    static ForwardedPorts of(Query query) {
        List<Integer> numbers = new ArrayList<>();
        for (String value : query.all(PARAMETER)) {
            for (String number : value.split(",", -1)) {
                numbers.add(number(number));
            }
        }
        return new ForwardedPorts(List.copyOf(numbers));
    }

    private static int number(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed(text, "invalid syntax");
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            number = 10 * number + text.charAt(i) - '0';
            if (number > HIGHEST) {
                throw malformed(text, "value out of range");
            }
        }
        return number;
    }

    private static StatusException malformed(String text, String why) {
        return StatusException.badRequest(
                "cannot convert to []int32: strconv.ParseUint: parsing " + Quoting.quote(text) + ": " + why);
    }

    /** Why they cannot be the ports of a WebSocket's channels, in the words of the node that is asked; empty if they can. */
    String refusal() {
        if (numbers.isEmpty()) {
            return "query parameter \"port\" is required";
        }
        if (numbers.contains(0)) {
            String all = numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
            return "port " + Quoting.quote(all) + " must be > 0";
        }
        return numbers.size() > MOST ? "at most " + MOST + " ports can be forwarded" : "";
    }
}
