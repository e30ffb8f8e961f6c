package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Where a model or data set comes from, pinned.
 *
 * @param uri {@code oci://host/repository:tag}, {@code https://…} or {@code file:///…} (a volume
 *     mounted into the build, or a local file)
 * @param digest {@code sha256:} and 64 hexadecimal digits: of the OCI manifest for {@code oci://},
 *     of the file's bytes otherwise; what is fetched must have it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Source(String uri, String digest) {

  public Source {
    if (uri == null || uri.isBlank()) {
      throw new IllegalArgumentException("source.uri is missing: give an oci:// or https:// URI");
    }
  }
}
