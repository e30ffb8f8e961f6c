package dev.modelfleet.compression.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Where a variant is written while it is judged: {@code variants/<recipe>} of the output. */
final class VariantDirectory {

  private final Path output;
  private final Path path;

  VariantDirectory(Path output, String recipe) {
    this.output = output;
    this.path = output.resolve("variants").resolve(recipe);
  }

  Path path() {
    return path;
  }

  /** Makes the variant the result. */
  void promote() throws IOException {
    for (Path file : files()) {
      Files.move(file, output.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
    remove();
  }

  /** Removes what is left. */
  void remove() throws IOException {
    for (Path file : files()) {
      Files.delete(file);
    }
    Files.deleteIfExists(path);
    Path parent = path.getParent();
    if (Files.isDirectory(parent) && list(parent).isEmpty()) {
      Files.delete(parent);
    }
  }

  private List<Path> files() throws IOException {
    return Files.isDirectory(path) ? list(path) : List.of();
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }
}
