/**
 * Objects as rows of a Table (meta.k8s.io), with the columns and the cells that kubectl users know. Reads trees, writes JSON.
 */
@NullMarked
package io.flotilla.apiserver.table;

import org.jspecify.annotations.NullMarked;
