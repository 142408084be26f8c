package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionOverload;
import io.flotilla.apiserver.authz.Authorizer.Decision;
import io.flotilla.apiserver.extension.cel.library.AuthorizerValue.GroupCheck;
import io.flotilla.apiserver.extension.cel.library.AuthorizerValue.PathCheck;
import io.flotilla.apiserver.extension.cel.library.AuthorizerValue.ResourceCheck;
import java.util.List;

/** Questions to the authorizer: {@code authorizer.group('').resource('pods').check('get').allowed()}. */
public final class Authorizers {
    /** Type of the variable {@code authorizer}. */
    public static final CelType AUTHORIZER = OpaqueType.create("kubernetes.authorization.Authorizer");
    /** Type of the variable {@code authorizer.requestResource}. */
    public static final CelType RESOURCE_CHECK = OpaqueType.create("kubernetes.authorization.ResourceCheck");

    private static final CelType PATH_CHECK = OpaqueType.create("kubernetes.authorization.PathCheck");
    private static final CelType GROUP_CHECK = OpaqueType.create("kubernetes.authorization.GroupCheck");
    private static final CelType DECISION = OpaqueType.create("kubernetes.authorization.Decision");
    private static final CelType STRING = SimpleType.STRING;

    private Authorizers() {}

    static void addTo(Functions functions) {
        functions.member(
                "path",
                "authorizer_path",
                PATH_CHECK,
                List.of(AUTHORIZER, STRING),
                AuthorizerValue.class,
                String.class,
                AuthorizerValue::path);
        functions.member(
                "group",
                "authorizer_group",
                GROUP_CHECK,
                List.of(AUTHORIZER, STRING),
                AuthorizerValue.class,
                String.class,
                GroupCheck::new);
        functions.member(
                "serviceAccount",
                "authorizer_serviceaccount",
                AUTHORIZER,
                List.of(AUTHORIZER, STRING, STRING),
                List.of(AuthorizerValue.class, String.class, String.class),
                given -> ((AuthorizerValue) given[0]).serviceAccount((String) given[1], (String) given[2]));
        functions.member(
                "resource",
                "groupcheck_resource",
                RESOURCE_CHECK,
                List.of(GROUP_CHECK, STRING),
                GroupCheck.class,
                String.class,
                GroupCheck::resource);
        narrow(functions, "subresource", "resourcecheck_subresource", ResourceCheck::subresource);
        narrow(functions, "namespace", "resourcecheck_namespace", ResourceCheck::namespace);
        narrow(functions, "name", "resourcecheck_name", ResourceCheck::name);
        // Rules of RBAC know no selectors: what they allow, they allow whatever is selected.
        narrow(functions, "fieldSelector", "authorizer_fieldselector", (check, _) -> check);
        narrow(functions, "labelSelector", "authorizer_labelselector", (check, _) -> check);
        functions.member(
                "check",
                "pathcheck_check",
                DECISION,
                List.of(PATH_CHECK, STRING),
                PathCheck.class,
                String.class,
                PathCheck::check);
        functions.member(
                "check",
                "resourcecheck_check",
                DECISION,
                List.of(RESOURCE_CHECK, STRING),
                ResourceCheck.class,
                String.class,
                ResourceCheck::check);
        functions.member("allowed", "decision_allowed", SimpleType.BOOL, DECISION, Decision.class, Decision::allowed);
        functions.member("reason", "decision_reason", STRING, DECISION, Decision.class, Decision::reason);
        // This authorizer always knows.
        functions.member("errored", "decision_errored", SimpleType.BOOL, DECISION, Decision.class, _ -> false);
        functions.member("error", "decision_error", STRING, DECISION, Decision.class, _ -> "");
    }

    private static void narrow(
            Functions functions,
            String name,
            String overload,
            CelFunctionOverload.Binary<ResourceCheck, String> function) {
        functions.member(
                name,
                overload,
                RESOURCE_CHECK,
                List.of(RESOURCE_CHECK, STRING),
                ResourceCheck.class,
                String.class,
                function);
    }
}
