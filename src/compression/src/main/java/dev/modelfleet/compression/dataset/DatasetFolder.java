package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which kind of data set a folder is. */
final class DatasetFolder {

  private static final int MAX_DEPTH = 4;

  private DatasetFolder() {}

  /**
   * Opens a folder, or what it wraps: archives often hold a folder of their own.
   *
   * @throws CompressionException with DATASET_MISMATCH where the folder is no data set
   */
  static Dataset open(Path folder) {
    try {
      Optional<Path> description = find(folder, ImageFolder.DESCRIPTION);
      if (description.isPresent()) {
        return ImageFolder.read(description.get());
      }
      Optional<Path> tests = parentOf(folder, OnnxTestData.PREFIX);
      if (tests.isPresent()) {
        return OnnxTestData.read(tests.get());
      }
      List<Path> archives = archives(folder);
      if (archives.size() == 1) {
        return Dataset.npz(archives.getFirst());
      }
      throw new CompressionException(
          FailureReason.DATASET_MISMATCH,
          "data set "
              + folder
              + (archives.isEmpty()
                  ? " holds none of: one .npz file, folders "
                      + OnnxTestData.PREFIX
                      + "*, images with a "
                      + ImageFolder.DESCRIPTION
                  : " holds %d .npz files: exactly one is needed".formatted(archives.size())));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the data set " + folder, e);
    }
  }

  private static Optional<Path> find(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder, MAX_DEPTH)) {
      return files.filter(file -> file.getFileName().toString().equals(name)).sorted().findFirst();
    }
  }

  private static Optional<Path> parentOf(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.walk(folder, MAX_DEPTH)) {
      return files
          .filter(Files::isDirectory)
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted()
          .findFirst()
          .map(Path::getParent);
    }
  }

  private static List<Path> archives(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder, MAX_DEPTH)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().endsWith(".npz"))
          .sorted()
          .toList();
    }
  }
}
