/** Removal of channels, weights and blocks, and the repair of what is left. */
package dev.modelfleet.compression.prune;
