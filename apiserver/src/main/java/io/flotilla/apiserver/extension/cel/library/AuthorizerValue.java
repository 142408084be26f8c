package io.flotilla.apiserver.extension.cel.library;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.authz.Authorizer.Decision;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.request.ServiceAccountName;
import io.flotilla.apiserver.request.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The variable {@code authorizer}: what a user may do.
 *
 * @param user who asks, unless a service account is named
 */
public record AuthorizerValue(Authorizer authorizer, User user) {

    AuthorizerValue serviceAccount(String namespace, String name) {
        if (!Names.subdomain(name).isEmpty()) {
            throw new FunctionException("Invalid service account name");
        }
        if (!Names.label(namespace).isEmpty()) {
            throw new FunctionException("Invalid service account namespace");
        }
        ServiceAccountName account = new ServiceAccountName(namespace, name);
        List<String> groups = new ArrayList<>(account.groups());
        groups.add(User.AUTHENTICATED);
        return new AuthorizerValue(authorizer, new User(account.user(), "", groups, Map.of()));
    }

    PathCheck path(String path) {
        if (path.isBlank()) {
            throw new FunctionException("path must not be empty");
        }
        return new PathCheck(this, path);
    }

    /** A question about a path that is no resource. */
    record PathCheck(AuthorizerValue asked, String path) {
        Decision check(String verb) {
            return asked.authorizer.authorize(asked.user, Attributes.ofPath(verb, path));
        }
    }

    /** The beginning of a question about a resource. */
    record GroupCheck(AuthorizerValue asked, String group) {
        ResourceCheck resource(String resource) {
            if (resource.isBlank()) {
                throw new FunctionException("resource must not be empty");
            }
            return asked.resource(group, resource);
        }
    }

    /** A question about a resource of any version. */
    public ResourceCheck resource(String group, String resource) {
        return new ResourceCheck(this, new Attributes("", group, "*", resource, "", "", "", ""));
    }

    /** A question about a resource: {@code authorizer.requestResource} is one about that of the request. */
    public record ResourceCheck(AuthorizerValue asked, Attributes attributes) {
        public ResourceCheck subresource(String subresource) {
            return with(subresource, attributes.namespace(), attributes.name());
        }

        public ResourceCheck namespace(String namespace) {
            return with(attributes.subresource(), namespace, attributes.name());
        }

        public ResourceCheck name(String name) {
            return with(attributes.subresource(), attributes.namespace(), name);
        }

        private ResourceCheck with(String subresource, String namespace, String name) {
            return new ResourceCheck(asked, attributes("", subresource, namespace, name));
        }

        private Attributes attributes(String verb, String subresource, String namespace, String name) {
            return new Attributes(
                    verb,
                    attributes.group(),
                    attributes.version(),
                    attributes.resource(),
                    subresource,
                    namespace,
                    name,
                    "");
        }

        Decision check(String verb) {
            return asked.authorizer.authorize(
                    asked.user, attributes(verb, attributes.subresource(), attributes.namespace(), attributes.name()));
        }
    }
}
