/** OpenTelemetry traces of requests, of which nothing is loaded while they are off. */
package dev.modelfleet.runtime.serve.trace;
