package dev.modelfleet.runtime.oci;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Puts the files of an OCI artifact into a directory: ORAS-style layers by their title, ModelPack
 * layers by their file path, and tar layers, compressed by gzip or not, by what is in them.
 */
public final class ArtifactPuller {

  private static final String UNPACK = "io.deis.oras.content.unpack";
  private static final String MODEL_PACK_PATH = "org.cncf.model.filepath";

  private final RegistryClient registry;
  private final UnpackLimits limits;

  /** Pulls from the registries that {@code registry} reaches. */
  public ArtifactPuller(RegistryClient registry, UnpackLimits limits) {
    this.registry = registry;
    this.limits = limits;
  }

  /**
   * Fetches every layer into a directory. Nothing is unpacked before its digest is verified.
   *
   * @throws FailureException {@code UnsafePath} or {@code InvalidModel} for what may not be in it
   */
  public void pull(PulledManifest pulled, Path directory) {
    checkSize(pulled);
    SafeTar tar = new SafeTar(directory, limits);
    try {
      Files.createDirectories(directory);
      for (Descriptor layer : pulled.manifest().layers()) {
        pull(pulled.reference(), layer, directory, tar);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot unpack " + pulled.reference() + ": " + e.getMessage(), e);
    }
  }

  private void pull(ImageReference reference, Descriptor layer, Path directory, SafeTar tar)
      throws IOException {
    Optional<String> fileName = fileName(layer);
    if (fileName.isEmpty() && !isTar(layer.mediaType())) {
      throw new FailureException(
          FailureReason.INVALID_MODEL,
          "a layer of "
              + reference
              + " is of media type "
              + layer.mediaType()
              + " and has no title: push files with ORAS or as tar layers");
    }
    Path target = fileName.map(name -> SafePath.below(directory, name, reference)).orElse(null);
    Path part = directory.resolve(".part-" + layer.digest().replace(':', '-'));
    registry.fetchBlob(reference, layer, part);
    if (target == null) {
      tar.unpack(part, reference);
      Files.delete(part);
    } else {
      Files.createDirectories(target.getParent());
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void checkSize(PulledManifest pulled) {
    long size = pulled.manifest().layers().stream().mapToLong(Descriptor::size).sum();
    if (size > limits.bytes()) {
      throw new FailureException(
          FailureReason.INVALID_MODEL,
          pulled.reference() + " has " + size + " bytes, above the limit of " + limits.bytes());
    }
  }

  /** Name of a layer that is one file; empty for layers that are archives. */
  private static Optional<String> fileName(Descriptor layer) {
    boolean archive = "true".equals(layer.annotations().get(UNPACK));
    if (archive) {
      return Optional.empty();
    }
    if (layer.title() != null) {
      return Optional.of(layer.title());
    }
    return Optional.ofNullable(layer.annotations().get(MODEL_PACK_PATH))
        .filter(path -> !isTar(layer.mediaType()));
  }

  private static boolean isTar(String mediaType) {
    return mediaType != null && mediaType.matches(".*[.+]tar([.+]gzip)?");
  }
}
