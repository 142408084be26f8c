/**
 * Names of the API: groups, versions, kinds, resources and the typed classes behind them. Depends on nothing else of ours.
 */
@NullMarked
package io.flotilla.machinery.scheme;

import org.jspecify.annotations.NullMarked;
