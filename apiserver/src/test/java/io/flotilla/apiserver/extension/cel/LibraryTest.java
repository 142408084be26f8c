package io.flotilla.apiserver.extension.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import io.flotilla.apiserver.extension.cel.library.AuthorizerValue;
import io.flotilla.apiserver.request.User;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The functions that Kubernetes adds to CEL, with good input and bad. */
class LibraryTest {
    private static final Authorizer RULES = (user, asked) -> {
        boolean allowed = asked.isResource()
                ? asked.verb().equals("get")
                        && asked.resourcePath().equals("pods/log")
                        && asked.namespace().equals("here")
                        && asked.name().equals("web")
                        && user.name().equals("jane")
                : asked.path().equals("/healthz");
        boolean account = user.name().equals("system:serviceaccount:here:robot")
                && asked.verb().equals("list");
        return new Authorizer.Decision(allowed || account, allowed ? "a rule says so" : "");
    };
    private static final AuthorizerValue ASKS = new AuthorizerValue(RULES, new User("jane", "", List.of(), Map.of()));

    private static Object evaluate(String expression) throws EvaluationException {
        return ObjectExpression.of(expression, Set.of("dyn_", "authorizer", "authorizer.requestResource"))
                .evaluate(
                        Map.of(
                                "dyn_",
                                "",
                                "authorizer",
                                ASKS,
                                "authorizer.requestResource",
                                ASKS.resource("", "pods").namespace("here").name("web")),
                        new Budget(Budget.OF_REQUEST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "isURL('https://user:pass@example.com:80/path?query=val#fragment') && isURL('/absolute-path')",
                "!isURL('https://a:b:c/') && !isURL('../relative-path') && !isURL('') && !isURL('https://a b/')",
                "url('/path').getScheme() == '' && url('https://example.com/').getScheme() == 'https'",
                "url('https://example.com:80/').getHost() == 'example.com:80' && url('/path').getHost() == ''",
                "url('https://[::1]:80/').getHost() == '[::1]:80' && url('https://[::1]/').getHost() == '[::1]'",
                "url('https://[::1]:80/').getHostname() == '::1' && url('https://127.0.0.1:80/').getHostname() =="
                        + " '127.0.0.1'",
                "url('https://example.com:80/').getPort() == '80' && url('https://[::1]/').getPort() == ''",
                "url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/'",
                "url('https://example.com').getEscapedPath() == ''",
                "url('https://example.com/path?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}",
                "url('https://example.com/path?key with spaces=value with spaces').getQuery() == {'key with spaces':"
                        + " ['value with spaces']}",
                "url('https://example.com/path?').getQuery() == {}",
                "isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.256') && !isIP(':::1') && !isIP('01.2.3.4')",
                "!isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0') && !isIP('')",
                "ip('127.0.0.1').family() == 4 && ip('::1').family() == 6",
                "ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified() && !ip('::1').isUnspecified()",
                "ip('127.0.0.1').isLoopback() && ip('::1').isLoopback() && !ip('10.0.0.1').isLoopback()",
                "ip('224.0.0.1').isLinkLocalMulticast() && !ip('224.0.1.1').isLinkLocalMulticast() &&"
                        + " ip('ff02::1').isLinkLocalMulticast() && !ip('fd00::1').isLinkLocalMulticast()",
                "ip('169.254.169.254').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast() &&"
                        + " !ip('fd80::1').isLinkLocalUnicast()",
                "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() &&"
                        + " ip('2001:db8::abcd').isGlobalUnicast() && !ip('ff00::1').isGlobalUnicast()",
                "ip.isCanonical('127.0.0.1') && ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD') &&"
                        + " !ip.isCanonical('2001:db8::0:0:0:abcd')",
                "string(ip('2001:DB8:0:0:1:0:0:1')) == '2001:db8::1:0:0:1' && ip('::1') == ip('0:0::1')",
                "isCIDR('192.168.0.0/16') && isCIDR('::1/128') && !isCIDR('192.168.0.0/33') && !isCIDR('::1/129')",
                "cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1')",
                "cidr('192.168.0.0/16').containsCIDR(cidr('192.168.10.0/24')) &&"
                        + " !cidr('192.168.1.0/24').containsCIDR('192.168.2.0/24') &&"
                        + " !cidr('192.168.1.0/24').containsCIDR('192.168.0.0/16')",
                "cidr('192.168.0.1/24').ip() == ip('192.168.0.1') && cidr('::1/128').ip().family() == 6",
                "cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24') && cidr('192.168.0.1/24') !="
                        + " cidr('192.168.0.0/24')",
                "cidr('192.168.0.0/16').prefixLength() == 16 && string(cidr('::1/128')) == '::1/128'",
                "quantity('1.5Gi').isGreaterThan(quantity('1Gi')) && isQuantity('20k') && !isQuantity('200K')",
                "quantity('50k').add(20) == quantity('50020') && quantity('50k').sub(quantity('50k')).sign() == 0",
                "quantity('50k').asInteger() == 50000 && !quantity('0.5').isInteger() &&"
                        + " quantity('0.5').asApproximateFloat() == 0.5",
                "'abc 123 def 456'.find('[0-9]+') == '123' && 'abc'.find('[0-9]+') == ''",
                "'123 abc 456 def 789'.findAll('[0-9]+') == ['123', '456', '789'] && '1 2 3'.findAll('[0-9]', 2) =="
                        + " ['1', '2']",
                "[1, 2, 3].isSorted() && !['b', 'a'].isSorted() && [].isSorted() && [1.0, 1.0].isSorted()",
                "[1, 3].sum() == 4 && [1.5, 2.5].sum() == 4.0 && [duration('1m'), duration('1s')].sum() =="
                        + " duration('61s')",
                "[1, 3].min() == 1 && ['b', 'a'].max() == 'b' && [true, false].min() == false",
                "[1, 2, 2, 3].indexOf(2) == 1 && ['a', 'b', 'b'].lastIndexOf('b') == 2 && [1.0].indexOf(1.1) == -1",
                "sets.contains([1, 2], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])",
                "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3",
                "semver('1.2.3').compareTo(semver('2.0.0')) == -1 && semver('1.0.0').isGreaterThan(semver('1.0.0-rc.1'))",
                "semver('1.0.0-alpha.2').isLessThan(semver('1.0.0-alpha.10')) && semver('1.0.0-1').isLessThan(semver('1.0.0-a'))",
                "isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true) && !isSemver('01.1.1') &&"
                        + " isSemver('01.01.01', true) && !isSemver('1.0-rc', true)",
                "semver('v1.0', true) == semver('1.0.0')",
                "!format.dns1123Label().validate('my-label').hasValue()",
                "format.dns1123Label().validate('My-Label').value()[0].startsWith('a lowercase RFC 1123 label must')",
                "format.named('dns1035Label').value().validate('1a').hasValue() && !format.named('nonsense').hasValue()",
                "!format.dns1123LabelPrefix().validate('my-').hasValue() && format.dns1123Label().validate('my-').hasValue()",
                "format.uuid().validate('x').value() == ['does not match the UUID format'] &&"
                        + " !format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()",
                "format.byte().validate('?').value() == ['invalid base64'] && !format.byte().validate('aGVsbG8=').hasValue()",
                "format.date().validate('2021-13-01').value() == ['invalid date'] &&"
                        + " !format.datetime().validate('2021-01-01T00:00:00Z').hasValue()",
                "format.uri().validate('../x').value() == ['parse \"../x\": invalid URI for request']",
                "!format.qualifiedName().validate('example.com/name').hasValue() &&"
                        + " format.labelValue().validate('-').hasValue()",
                "'at most %d, not %s: %.2f%%'.format([5, 'many', 1.5]) == 'at most 5, not many: 1.50%'",
                "'%s %s %s'.format([[1, 'a'], {'b': 1, 'a': true}, null]) == '[1, a] {a: true, b: 1} null'",
                "'%x %X %b %o %x'.format([255, 'hi', 5, 8, b'a']) == 'ff 6869 101 10 61' && strings.quote('a') == '\"a\"'",
                "'%s %s %s'.format([2.0, 1.5, duration('90s')]) == '2 1.5 90s'",
                "[1, 2, 3].all(i, v, i < v) && {'a': 1}.exists(k, v, k == 'a' && v == 1)",
                "authorizer.path('/healthz').check('get').allowed() && !authorizer.path('/other').check('get').allowed()",
                "authorizer.group('').resource('pods').subresource('log').namespace('here').name('web').check('get')"
                        + ".allowed()",
                "authorizer.requestResource.subresource('log').check('get').reason() == 'a rule says so'",
                "!authorizer.requestResource.check('get').allowed() && !authorizer.requestResource.check('get').errored()",
                "authorizer.serviceAccount('here', 'robot').group('apps').resource('deployments').check('list').allowed()",
                "authorizer.requestResource.fieldSelector('a=b').labelSelector('c').check('get').error() == ''"
            })
    void whatIsTrueInKubernetesIsTrueHere(String expression) throws EvaluationException {
        assertThat(evaluate(expression)).isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            url('../x') | URL parse error during conversion from string: parse "../x": invalid URI for request
            url('https://a:b:c/') | URL parse error during conversion from string: parse "https://a:b:c/": invalid port ":b:c" after host
            ip('127.0.0.256') | IP Address "127.0.0.256" parse error during conversion from string: ParseAddr("127.0.0.256"): IPv4 field has value >255
            ip('01.0.0.1') | IP Address "01.0.0.1" parse error during conversion from string: ParseAddr("01.0.0.1"): IPv4 field has octet with leading zero
            ip('::ffff:1.2.3.4') | IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed
            ip('fe80::1%eth0') | IP address "fe80::1%eth0" with zone value is not allowed
            cidr('10.0.0.0/33') | network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("10.0.0.0/33"): prefix length out of range
            quantity('200K') | quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
            quantity('0.5').asInteger() | cannot convert value to integer
            [].min() == 1 | min called on empty list
            [9223372036854775807, 1].sum() | integer overflow
            semver('Three') | No Major.Minor.Patch elements found
            semver('1.01.0') | Minor number must not contain leading zeroes "01"
            semver('1.x.0') | Invalid character(s) found in minor number "x"
            '%d'.format(['a']) | error during formatting: decimal clause can only be used on numbers, was given string
            '%s'.format([]) | index 0 out of range
            '%y'.format([1]) | could not parse formatting clause: unrecognized formatting clause "y"
            'a%'.format([1]) | could not parse formatting clause: unexpected end of string
            authorizer.path(' ') | path must not be empty
            authorizer.group('').resource('') | resource must not be empty
            authorizer.serviceAccount('not@a', 'x') | Invalid service account namespace
            authorizer.serviceAccount('here', 'X*') | Invalid service account name
            'a'.find('(') | Illegal regex: error parsing regexp: missing closing ): `(`
            """)
    void badInputIsToldInKubernetesWords(String expression, String message) {
        assertThatThrownBy(() -> evaluate(expression))
                .isInstanceOf(EvaluationException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip(1)",
                "cidr('x').family()",
                "semver('1.0.0').isLessThan(quantity('1'))",
                "format.nonsense()",
                "authorizer.check('get')",
                "[[1]].sum()",
                "url('x').getNothing()"
            })
    void whatHasNoMeaningIsFoundWhenTheExpressionIsRead(String expression) {
        assertThatThrownBy(() -> evaluate(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("compilation failed: ");
    }
}
