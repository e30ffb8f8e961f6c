package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies the original for those who take it as it is. */
final class OriginalModel {

  private OriginalModel() {}

  /**
   * Puts the model into a directory of its own: the same bytes where it is one file; written anew,
   * with its external data under our name, where it is not.
   */
  static OnnxModel copy(OnnxModel original, Path directory) {
    Path file = original.file().orElseThrow();
    try {
      if (Files.size(file) != original.sizeBytes()) {
        OnnxModel copy = original.copy();
        copy.save(directory);
        return copy;
      }
      Files.createDirectories(directory);
      Path target = directory.resolve(VariantManifest.ONNX_FILE);
      Files.copy(file, target);
      return OnnxModel.load(target, LoadLimits.DEFAULT);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy the model: " + e.getMessage(), e);
    }
  }
}
