package io.flotilla.apiserver.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flotilla.apiserver.request.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoleAuthorizerTest {
    private final Objects roles = new Objects();
    private final Objects bindings = new Objects();
    private final RoleAuthorizer authorizer = new RoleAuthorizer(List.of(roles), List.of(bindings));

    /** Objects whose state changes whenever one is added. */
    private static final class Objects implements RoleAuthorizer.Source {
        private List<JsonNode> objects = List.of();

        void add(String json) {
            List<JsonNode> more = new ArrayList<>(objects);
            try {
                more.add(new JsonMapper().readTree(json.replace('\'', '"')));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e);
            }
            objects = more;
        }

        @Override
        public Object state() {
            return objects;
        }

        @Override
        public List<JsonNode> objects() {
            return objects;
        }
    }

    private static User user(String name, String... groups) {
        return new User(name, "", List.of(groups), Map.of());
    }

    private boolean allowed(User user, String verb, String resource, String namespace, String name) {
        int slash = resource.indexOf('/');
        String plural = slash < 0 ? resource : resource.substring(0, slash);
        String subresource = slash < 0 ? "" : resource.substring(slash + 1);
        return authorizer
                .authorize(user, new Attributes(verb, "", "v1", plural, subresource, namespace, name, ""))
                .allowed();
    }

    @Test
    void masters_may_do_anything_without_a_role() {
        assertThat(allowed(user("admin", User.MASTERS), "delete", "nodes", "", "n"))
                .isTrue();
        assertThat(allowed(user("jane"), "get", "pods", "a", "")).isFalse();
    }

    @Test
    void a_role_counts_in_its_namespace_only() {
        roles.add(
                "{'metadata':{'name':'reader','namespace':'a'},'rules':[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]}");
        bindings.add(
                "{'metadata':{'name':'b','namespace':'a'},'roleRef':{'kind':'Role','name':'reader'},'subjects':[{'kind':'User','name':'jane'}]}");
        assertThat(allowed(user("jane"), "get", "pods", "a", "p")).isTrue();
        assertThat(allowed(user("jane"), "get", "pods", "b", "p")).isFalse();
        assertThat(allowed(user("jane"), "delete", "pods", "a", "p")).isFalse();
        assertThat(allowed(user("jane"), "get", "pods/log", "a", "p")).isFalse();
    }

    @Test
    void a_cluster_role_counts_where_it_is_bound() {
        roles.add(
                "{'metadata':{'name':'viewer'},'rules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*/status'],'resourceNames':['one']}]}");
        bindings.add(
                "{'metadata':{'name':'b'},'roleRef':{'kind':'ClusterRole','name':'viewer'},'subjects':[{'kind':'Group','name':'ops'}]}");
        assertThat(allowed(user("x", "ops"), "update", "pods/status", "any", "one"))
                .isTrue();
        assertThat(allowed(user("x", "ops"), "update", "pods/status", "any", "two"))
                .isFalse();
        assertThat(allowed(user("x", "ops"), "update", "pods", "any", "one")).isFalse();
    }

    @Test
    void a_service_account_is_a_user_of_its_namespace() {
        roles.add("{'metadata':{'name':'r'},'rules':[{'verbs':['list'],'apiGroups':[''],'resources':['*']}]}");
        bindings.add(
                "{'metadata':{'name':'b','namespace':'a'},'roleRef':{'kind':'ClusterRole','name':'r'},'subjects':[{'kind':'ServiceAccount','name':'bot','namespace':'tools'}]}");
        assertThat(allowed(user("system:serviceaccount:tools:bot"), "list", "secrets", "a", ""))
                .isTrue();
        assertThat(allowed(user("system:serviceaccount:tools:bot"), "list", "secrets", "", ""))
                .isFalse();
    }

    @Test
    void paths_are_matched_up_to_an_asterisk() {
        roles.add("{'metadata':{'name':'p'},'rules':[{'verbs':['get'],'nonResourceURLs':['/healthz','/apis/*']}]}");
        bindings.add(
                "{'metadata':{'name':'b'},'roleRef':{'kind':'ClusterRole','name':'p'},'subjects':[{'kind':'User','name':'jane'}]}");
        assertThat(authorizer
                        .authorize(user("jane"), Attributes.ofPath("get", "/apis/apps"))
                        .allowed())
                .isTrue();
        assertThat(authorizer
                        .authorize(user("jane"), Attributes.ofPath("get", "/healthz/x"))
                        .allowed())
                .isFalse();
    }
}
