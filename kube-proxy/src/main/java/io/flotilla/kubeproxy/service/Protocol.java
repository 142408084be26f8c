package io.flotilla.kubeproxy.service;

/** The transport protocols that are proxied. */
public enum Protocol {
    TCP,
    UDP
}
