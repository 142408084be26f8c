package io.flotilla.apiserver.registry.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    private static final String SUBDOMAIN =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
                    + " and end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
                    + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private static final String QUALIFIED =
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
                    + " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is"
                    + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    @ParameterizedTest
    @ValueSource(strings = {"a", "my-name", "a.b.c", "1.2.3", "x--y"})
    void accepts_subdomains(String name) {
        assertThat(Names.subdomain(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a_b", "-a", "a-", "a..b", ".a", "a.", "ä"})
    void tells_what_a_subdomain_is(String name) {
        assertThat(Names.subdomain(name)).containsExactly(SUBDOMAIN);
    }

    @Test
    void a_label_that_is_a_subdomain_has_dots() {
        assertThat(Names.label("a.b")).containsExactly("must not contain dots");
    }

    @Test
    void tells_what_a_label_is() {
        assertThat(Names.label("My_Name"))
                .containsExactly(
                        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must"
                                + " start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used"
                                + " for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
    }

    @Test
    void a_service_name_starts_with_a_letter() {
        assertThat(Names.dns1035Label("1st"))
                .containsExactly(
                        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
                                + " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or"
                                + " 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
    }

    @Test
    void tells_the_limit_of_length() {
        assertThat(Names.label("a".repeat(64))).containsExactly("must be no more than 63 bytes");
        assertThat(Names.subdomain("a".repeat(254))).containsExactly("must be no more than 253 bytes");
    }

    @Test
    void tells_which_part_of_a_qualified_name_is_wrong() {
        assertThat(Names.qualified("/name")).containsExactly("prefix part must be non-empty");
        assertThat(Names.qualified("A/name")).containsExactly("prefix part " + SUBDOMAIN);
        assertThat(Names.qualified("a/")).containsExactly("name part must be non-empty", "name part " + QUALIFIED);
        assertThat(Names.qualified("a/b/c"))
                .containsExactly("a qualified name " + QUALIFIED
                        + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        assertThat(Names.qualified("example.com/My_Name.1")).isEmpty();
    }

    @Test
    void a_config_key_is_no_directory() {
        assertThat(Names.configKey("..")).containsExactly("must not be '..'");
        assertThat(Names.configKey("..data")).containsExactly("must not start with '..'");
        assertThat(Names.configKey("a/b")).singleElement().asString().contains("'[-._a-zA-Z0-9]+'");
    }

    @Test
    void a_prefix_may_end_in_a_dash() {
        Names.Rule rule = Names::subdomain;
        assertThat(rule.checkPrefix("web-")).isEmpty();
        assertThat(rule.checkPrefix("Web-")).isNotEmpty();
    }
}
