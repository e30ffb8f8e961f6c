/** The commands {@code push} and {@code pull}. */
package dev.modelfleet.runtime.transfer;
