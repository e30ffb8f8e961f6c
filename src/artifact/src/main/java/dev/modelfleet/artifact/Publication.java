package dev.modelfleet.artifact;

import java.util.List;

/**
 * Where a variant is published and which registries speak plain HTTP.
 *
 * @param repository OCI repository without tag: {@code host[:port]/path}
 * @param tag tag to publish under: derived from the content key, so that a finished build is found
 *     again instead of repeated
 * @param plainHttpRegistries {@code host[:port]} of registries to be reached without TLS, for the
 *     sources too
 */
public record Publication(String repository, String tag, List<String> plainHttpRegistries) {

  public Publication {
    plainHttpRegistries =
        plainHttpRegistries == null ? List.of() : List.copyOf(plainHttpRegistries);
  }
}
