package dev.modelfleet.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Map;

/**
 * Points to a blob, as the OCI image specification defines it.
 *
 * @param mediaType of the blob
 * @param digest of the blob
 * @param size in bytes
 * @param annotations may be empty
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"mediaType", "digest", "size", "annotations"})
public record Descriptor(
    String mediaType, String digest, long size, Map<String, String> annotations) {

  public Descriptor {
    annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
  }

  /** File name of an ORAS-style layer, a path below the artifact's root; null for others. */
  public String title() {
    return annotations.get("org.opencontainers.image.title");
  }
}
