/**
 * {@code serve}: an Open Inference Protocol server for one device.
 *
 * <p>{@code protocol} holds the protocol's terms, free of any transport; {@code http} speaks them
 * over HTTP; {@code model} loads, proves and runs models; {@code metrics} counts.
 */
package dev.modelfleet.runtime.serve;
