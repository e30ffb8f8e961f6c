package dev.modelfleet.runtime.serve.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What tells that files have changed without reading them. Links are followed, so that a mounted
 * Secret or ConfigMap counts as changed when Kubernetes swaps its directory.
 *
 * @param files by path
 */
public record FilesState(Map<Path, State> files) {

  private static final int DEPTH = 4;

  /**
   * One file's.
   *
   * @param key of the file in its file system; null where that has none
   */
  record State(long bytes, FileTime modified, Object key) {}

  /**
   * Of all files below a directory.
   *
   * @throws IOException where they can't be listed
   */
  public static FilesState below(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      return of(paths.filter(Files::isRegularFile).toList());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Of these files.
   *
   * @throws IOException where one is not there
   */
  public static FilesState of(List<Path> paths) throws IOException {
    Map<Path, State> files = new TreeMap<>();
    for (Path path : paths) {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      files.put(
          path, new State(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey()));
    }
    return new FilesState(files);
  }
}
