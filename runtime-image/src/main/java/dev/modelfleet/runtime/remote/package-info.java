/** HTTP with time-outs, bounded retries, authentication and careful redirects. */
package dev.modelfleet.runtime.remote;
