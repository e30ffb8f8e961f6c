package dev.modelfleet.api.crd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes everything that is generated from the Java types; {@code -Dregenerate} runs it. */
public final class Regeneration {

  /** The command that makes the generated files anew. */
  static final String COMMAND = "./mvnw -pl operator/api -am process-test-classes -Dregenerate";

  private Regeneration() {}

  /** Writes all generated files below the repository's root, {@code args[0]}. */
  public static void main(String[] args) {
    Path root = Path.of(args[0]);
    generatedDirectories().forEach((directory, files) -> replace(root.resolve(directory), files));
  }

  /** Directory, relative to the repository's root, to the files in it: all that belong there. */
  static Map<String, Map<String, String>> generatedDirectories() {
    return Map.of("crds", CrdManifests.generate());
  }

  private static void replace(Path directory, Map<String, String> files) {
    try {
      Files.createDirectories(directory);
      for (String stale : read(directory).keySet()) {
        Files.delete(directory.resolve(stale));
      }
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(directory.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write generated files to " + directory, e);
    }
  }

  /** Name to content of the files in a directory. */
  static Map<String, String> read(Path directory) {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.toList()) {
        files.put(path.getFileName().toString(), Files.readString(path));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
    return files;
  }
}
