/**
 * API aggregation: groups that other servers serve, behind services, in this server's name (APIService). Which there are,
 * whether they answer, and the way to them; the transport of clients lies elsewhere.
 */
@NullMarked
package io.flotilla.apiserver.extension.aggregation;

import org.jspecify.annotations.NullMarked;
