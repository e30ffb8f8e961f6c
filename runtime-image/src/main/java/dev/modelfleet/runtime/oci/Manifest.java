package dev.modelfleet.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * An OCI image manifest.
 *
 * @param schemaVersion always 2
 * @param mediaType {@value #MEDIA_TYPE}
 * @param artifactType what the artifact is, where it is no image
 * @param config descriptor of the configuration
 * @param layers descriptors of the content
 * @param annotations may be empty
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({
  "schemaVersion",
  "mediaType",
  "artifactType",
  "config",
  "layers",
  "annotations"
})
public record Manifest(
    int schemaVersion,
    String mediaType,
    String artifactType,
    Descriptor config,
    List<Descriptor> layers,
    Map<String, String> annotations) {

  /** Media type of OCI image manifests. */
  public static final String MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";

  /** Media type of Docker's image manifests, which have the same members. */
  public static final String DOCKER_MEDIA_TYPE =
      "application/vnd.docker.distribution.manifest.v2+json";

  public Manifest {
    layers = layers == null ? List.of() : List.copyOf(layers);
    annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
  }
}
