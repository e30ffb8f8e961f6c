/** Low-rank factors in the place of weights. */
package dev.modelfleet.compression.factorize;
