/**
 * Resource quotas: counts what each of them limits, at first, after changes and now and then, into its status. The rules of
 * counting are in {@code machinery.quota}; refusing what exceeds a quota is the API server's business.
 */
@NullMarked
package io.flotilla.controllermanager.resourcequota;

import org.jspecify.annotations.NullMarked;
