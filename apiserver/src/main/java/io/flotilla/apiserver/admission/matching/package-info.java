/**
 * Which writes configured admission is about, and how it sees them: rules and selectors, match conditions, the versions
 * and the description of a write. Common to webhooks and policies; asks and decides nothing itself.
 */
@NullMarked
package io.flotilla.apiserver.admission.matching;

import org.jspecify.annotations.NullMarked;
