/**
 * The four kinds of patches (RFC 6902, RFC 7386, strategic merge, server-side apply) and the managed fields that every write keeps. Works on trees and types; knows nothing of requests or storage.
 */
@NullMarked
package io.flotilla.apiserver.patch;

import org.jspecify.annotations.NullMarked;
