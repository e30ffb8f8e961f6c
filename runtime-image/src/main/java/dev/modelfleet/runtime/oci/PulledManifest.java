package dev.modelfleet.runtime.oci;

/**
 * A manifest with its digest.
 *
 * @param reference what was asked for, pinned to the digest
 * @param digest of the manifest's bytes
 * @param manifest its content
 */
public record PulledManifest(ImageReference reference, String digest, Manifest manifest) {}
