/** The rules of all built-in kinds put together: which strategy, handler, conversion and plugin stands for what. */
@NullMarked
package io.flotilla.apiserver.registry.builtin;

import org.jspecify.annotations.NullMarked;
