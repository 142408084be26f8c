/**
 * Admission by policies: MutatingAdmissionPolicy, whose expressions change objects, ValidatingAdmissionPolicy, whose
 * expressions say what is let in, and the bindings that put them to use. Written against the contract
 * {@code registry.Reviews}.
 */
@NullMarked
package io.flotilla.apiserver.admission.policy;

import org.jspecify.annotations.NullMarked;
