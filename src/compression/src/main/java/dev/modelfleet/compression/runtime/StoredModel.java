package dev.modelfleet.compression.runtime;

import dev.modelfleet.compression.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A model in a file for as long as it is needed: its own file, or a temporary one for a model that
 * exists only in memory.
 *
 * @param file path of the model file
 * @param temporary directory to be removed at the end; null where the file is the model's own
 */
public record StoredModel(Path file, Path temporary) implements AutoCloseable {

  /** The model's file, written to a temporary directory where it has none. */
  public static StoredModel of(OnnxModel model) {
    if (model.file().isPresent()) {
      return new StoredModel(model.file().get(), null);
    }
    try {
      Path directory = Files.createTempDirectory("modelfleet-model");
      // A copy is saved, so that the model does not take the temporary file for its own.
      return new StoredModel(model.copy().save(directory), directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a temporary model", e);
    }
  }

  @Override
  public void close() {
    if (temporary == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(temporary)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + temporary, e);
    }
  }
}
