/**
 * What a controller is to the process that runs it: its life, its queue and workers, the shared caches and the settings.
 * Depends on machinery only; every controller depends on it.
 */
@NullMarked
package io.flotilla.controllermanager.controller;

import org.jspecify.annotations.NullMarked;
