package dev.modelfleet.runtime.transfer;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A directory that holds one artifact. A marker with the artifact's digest is written last and
 * removed first: where the marker is, the content is complete. The directory itself may be a mount
 * point, so it is filled and not exchanged.
 */
final class PulledDirectory {

  private static final String MARKER = ".modelfleet-digest";
  private static final String STAGING = ".modelfleet-partial";

  private static final String LOST_AND_FOUND = "lost+found";

  private final Path directory;

  PulledDirectory(Path directory) {
    this.directory = directory;
  }

  /** Whether the artifact of this digest is there, whole. */
  boolean holds(String digest) {
    Path marker = directory.resolve(MARKER);
    try {
      return Files.isRegularFile(marker) && Files.readString(marker).strip().equals(digest);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + marker, e);
    }
  }

  /**
   * Removes what an earlier pull put there and puts in what {@code fill} writes to the directory it
   * is given.
   *
   * @throws FailureException where the directory holds something that no pull put there
   */
  void replace(String digest, Consumer<Path> fill) {
    try {
      Path staging = claim();
      fill.accept(staging);
      for (Path path : children(staging)) {
        Files.move(path, directory.resolve(path.getFileName()));
      }
      Files.writeString(directory.resolve(MARKER), digest + "\n");
      Files.delete(staging);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Empties the directory but for the staging directory, which marks it as ours meanwhile. */
  private Path claim() throws IOException {
    Files.createDirectories(directory);
    Path marker = directory.resolve(MARKER);
    Path staging = directory.resolve(STAGING);
    List<Path> found = children(directory);
    if (!found.isEmpty() && !found.contains(marker) && !found.contains(staging)) {
      throw new FailureException(
          FailureReason.INVALID_REQUEST,
          directory + " holds files that no pull put there: name an empty directory");
    }
    if (Files.exists(staging)) {
      found = Stream.concat(found.stream(), children(staging).stream()).toList();
    }
    Files.createDirectories(staging);
    Files.deleteIfExists(marker);
    for (Path old : found) {
      if (!old.equals(marker) && !old.equals(staging)) {
        deleteTree(old);
      }
    }
    return staging;
  }

  private static List<Path> children(Path parent) throws IOException {
    try (Stream<Path> list = Files.list(parent)) {
      return list.filter(path -> !path.endsWith(LOST_AND_FOUND)).toList();
    }
  }

  private static void deleteTree(Path path) throws IOException {
    try (Stream<Path> walk = Files.walk(path)) {
      for (Path each : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
