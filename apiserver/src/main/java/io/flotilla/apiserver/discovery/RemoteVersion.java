package io.flotilla.apiserver.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * A version of a group that another server serves in this one's name.
 *
 * @param groupPriority the greater, the earlier the group stands
 * @param versionPriority the greater, the earlier the version stands in its group
 * @param resources as aggregated discovery shows them; not to be changed
 * @param current whether the other server says the same now
 * @param openApi path at which its description is had, with the hash of it; empty if there is none
 * @param description all that the other server describes in the form of OpenAPI v2
 */
public record RemoteVersion(
        String group,
        String version,
        int groupPriority,
        int versionPriority,
        ArrayNode resources,
        boolean current,
        String openApi,
        Description description) {

    /** Group and version as OpenAPI's index names them. */
    public String path() {
        return group.isEmpty() ? "api/" + version : "apis/" + group + "/" + version;
    }
}
