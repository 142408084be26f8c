package io.flotilla.machinery.client;

/**
 * What to list.
 *
 * @param namespace empty for all namespaces
 * @param labelSelector in the API's text form, empty for all
 * @param fieldSelector in the API's text form, empty for all
 * @param resourceVersion empty for the newest state, {@code 0} for any, else not older than this
 */
public record ListOptions(String namespace, String labelSelector, String fieldSelector, String resourceVersion) {
    public static final ListOptions ALL = new ListOptions("", "", "", "");

    public static ListOptions inNamespace(String namespace) {
        return new ListOptions(namespace, "", "", "");
    }

    public ListOptions withLabelSelector(String selector) {
        return new ListOptions(namespace, selector, fieldSelector, resourceVersion);
    }

    public ListOptions withFieldSelector(String selector) {
        return new ListOptions(namespace, labelSelector, selector, resourceVersion);
    }

    public ListOptions withResourceVersion(String version) {
        return new ListOptions(namespace, labelSelector, fieldSelector, version);
    }
}
