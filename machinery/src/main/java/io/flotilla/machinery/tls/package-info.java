/** Keys and certificates from PEM files, in the form in which TLS takes them. */
@NullMarked
package io.flotilla.machinery.tls;

import org.jspecify.annotations.NullMarked;
