package dev.modelfleet.runtime.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The directory that a build works in; what a killed attempt left there is removed. */
final class WorkDirectory {

  private WorkDirectory() {}

  /** An empty directory {@code build} below {@code parent}, which may be a mount point. */
  static Path fresh(Path parent) {
    Path directory = parent.resolve("build");
    delete(directory);
    try {
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the working directory " + directory, e);
    }
  }

  /** Removes a directory with everything in it, where it is. */
  static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory, e);
    }
  }
}
