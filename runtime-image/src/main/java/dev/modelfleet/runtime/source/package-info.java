/** Fetches models and data sets from where users keep them, and checks their digests. */
package dev.modelfleet.runtime.source;
