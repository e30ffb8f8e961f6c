/** The command {@code probe}: what a variant does on the device itself. */
package dev.modelfleet.runtime.probe;
