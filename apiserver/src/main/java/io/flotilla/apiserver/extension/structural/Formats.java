package io.flotilla.apiserver.extension.structural;

import com.google.re2j.Pattern;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.registry.validation.Names;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Locale;

/** The formats of texts that Kubernetes checks; others say nothing. */
public final class Formats {
    private static final Pattern UUID =
            Pattern.compile("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$");
    private static final Pattern HEX_COLOR = Pattern.compile("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$");
    private static final Pattern RGB_COLOR =
            Pattern.compile("^rgb\\(\\s*(\\d{1,3})\\s*,\\s*(\\d{1,3})\\s*,\\s*(\\d{1,3})\\s*\\)$");
    private static final Pattern MAC =
            Pattern.compile("^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2}[:-]){0,2}[0-9A-Fa-f]{2}$");
    private static final Pattern EMAIL = Pattern.compile("^[^@\\s]+@[^@\\s]+$");
    private static final Pattern HOST_NAME = Pattern.compile(
            "^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$");
    private static final Pattern OBJECT_ID = Pattern.compile("^[0-9a-fA-F]{24}$");
    private static final Pattern SSN = Pattern.compile("^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$");
    private static final Pattern DURATION = Pattern.compile(
            "^([+-]?\\d+(\\.\\d*)?(ns|us|µs|μs|ms|s|m|h))+$|^[+-]?0$|^(\\d+\\s*(ns|nano|us|micro|ms|milli|s|sec|m|min|h|hr|hour|d|day|w|wk|week)s?\\s*)+$");

    private Formats() {}

    public static boolean accepts(String format, String text) {
        return switch (format.replace("-", "")) {
            case "datetime" -> isDateTime(text);
            case "date" -> isDate(text);
            case "duration" -> DURATION.matches(text);
            case "byte" -> isBase64(text);
            case "uri" -> isUri(text);
            case "email" -> EMAIL.matches(text);
            case "hostname" -> text.length() <= 253 && HOST_NAME.matches(text);
            case "ipv4" -> isAddress(text, false);
            case "ipv6" -> isAddress(text, true);
            case "cidr" -> Block.tryParse(text) != null;
            case "mac" -> MAC.matches(text);
            case "uuid" -> UUID.matches(text);
            case "uuid3" -> isUuid(text, '3');
            case "uuid4" -> isUuid(text, '4');
            case "uuid5" -> isUuid(text, '5');
            case "hexcolor" -> HEX_COLOR.matches(text);
            case "rgbcolor" -> RGB_COLOR.matches(text);
            case "bsonobjectid" -> OBJECT_ID.matches(text);
            case "ssn" -> SSN.matches(text);
            case "isbn" -> isIsbn10(text) || isIsbn13(text);
            case "isbn10" -> isIsbn10(text);
            case "isbn13" -> isIsbn13(text);
            case "creditcard" -> isCreditCard(text);
            case "k8sshortname" -> Names.isLabel(text);
            case "k8slongname" -> Names.isSubdomain(text);
            default -> true;
        };
    }

    private static boolean isDateTime(String text) {
        try {
            OffsetDateTime.parse(text.toUpperCase(Locale.ROOT));
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static boolean isDate(String text) {
        try {
            LocalDate.parse(text);
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return text.length() % 4 == 0;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isUri(String text) {
        try {
            URI uri = new URI(text);
            return uri.isAbsolute() || text.startsWith("/");
        } catch (URISyntaxException _) {
            return false;
        }
    }

    private static boolean isAddress(String text, boolean six) {
        InetAddress address = Addresses.tryParse(text);
        return address != null && (six ? address instanceof Inet6Address : Addresses.isV4(address));
    }

    private static boolean isUuid(String text, char version) {
        String digits = text.replace("-", "");
        return UUID.matches(text) && digits.charAt(12) == version;
    }

    private static boolean isIsbn10(String text) {
        String digits = text.replaceAll("[- ]", "");
        if (!digits.matches("\\d{9}[\\dX]")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 10; i++) {
            sum += (i + 1) * (digits.charAt(i) == 'X' ? 10 : digits.charAt(i) - '0');
        }
        return sum % 11 == 0;
    }

    private static boolean isIsbn13(String text) {
        String digits = text.replaceAll("[- ]", "");
        if (!digits.matches("\\d{13}")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 13; i++) {
            sum += (i % 2 == 0 ? 1 : 3) * (digits.charAt(i) - '0');
        }
        return sum % 10 == 0;
    }

    private static boolean isCreditCard(String text) {
        String digits = text.replaceAll("\\D", "");
        if (!digits.matches("\\d{13,19}")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int weighted = i % 2 == 1 ? digit * 2 : digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum % 10 == 0;
    }
}
