package dev.modelfleet.artifact;

/**
 * A variant in a registry.
 *
 * @param reference {@code host[:port]/repository@sha256:…}: what pods mount
 * @param digest of the OCI manifest
 * @param size bytes of the model with its external data, uncompressed
 */
public record PublishedArtifact(String reference, String digest, long size) {}
