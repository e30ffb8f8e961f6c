package dev.modelfleet.runtime.oci;

import dev.modelfleet.runtime.Sha256;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pushes files as an ORAS-style artifact: one layer a file, its name in the layer's title. */
public final class ArtifactPusher {

  private static final byte[] EMPTY_CONFIG = "{}".getBytes(StandardCharsets.UTF_8);
  private static final String EMPTY_MEDIA_TYPE = "application/vnd.oci.empty.v1+json";

  private final RegistryClient registry;

  /** Pushes to the registries that {@code registry} reaches. */
  public ArtifactPusher(RegistryClient registry) {
    this.registry = registry;
  }

  /**
   * Pushes files; the same files give the same digest.
   *
   * @return digest of the manifest
   */
  public String push(ImageReference reference, String artifactType, List<Path> files)
      throws IOException {
    List<Descriptor> layers = new ArrayList<>();
    for (Path file : files) {
      Descriptor layer =
          new Descriptor(
              "application/octet-stream",
              Sha256.of(file),
              Files.size(file),
              Map.of("org.opencontainers.image.title", file.getFileName().toString()));
      registry.pushBlob(reference, layer, () -> content(file));
      layers.add(layer);
    }
    Descriptor config =
        new Descriptor(EMPTY_MEDIA_TYPE, Sha256.of(EMPTY_CONFIG), EMPTY_CONFIG.length, Map.of());
    registry.pushBlob(reference, config, () -> BodyPublishers.ofByteArray(EMPTY_CONFIG));
    return registry.pushManifest(
        reference, new Manifest(2, Manifest.MEDIA_TYPE, artifactType, config, layers, Map.of()));
  }

  /** A file's bytes as the body of a request. */
  static BodyPublisher content(Path file) {
    try {
      return BodyPublishers.ofFile(file);
    } catch (FileNotFoundException e) {
      throw new UncheckedIOException(e);
    }
  }
}
