/** Weights as indices into codebooks. */
package dev.modelfleet.compression.codebook;
