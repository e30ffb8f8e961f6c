package dev.modelfleet.runtime.source;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.runtime.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a source gave.
 *
 * @param source with the digest of what was fetched, as far as it has one
 * @param path one file, or a directory of files
 */
public record FetchedFiles(Source source, Path path) {

  private static final int MAX_DEPTH = 8;
  private static final int NAMED = 10;
  private static final String FOLDER = "(.*/)?(dataset\\.yaml|test_data_set_[0-9]+/input_0\\.pb)";

  /** The model: the file itself where the source is one file, else the only {@code *.onnx}. */
  public Path model() {
    return only(".onnx", "ONNX model", FailureReason.INVALID_MODEL);
  }

  /**
   * The data set: the file itself where the source is one file, the folder where it holds images
   * with a {@code dataset.yaml} or ONNX test data, else the only {@code *.npz}.
   */
  public Path dataset() {
    boolean isFolder =
        Files.isDirectory(path)
            && files().stream().anyMatch(file -> path.relativize(file).toString().matches(FOLDER));
    return isFolder ? path : only(".npz", "data set", FailureReason.DATASET_MISMATCH);
  }

  private Path only(String suffix, String what, FailureReason reason) {
    if (Files.isRegularFile(path)) {
      return path;
    }
    List<Path> files = files();
    List<Path> candidates = files.stream().filter(file -> isNamed(file, suffix)).toList();
    if (candidates.size() == 1) {
      return candidates.getFirst();
    }
    String found =
        candidates.isEmpty() ? "no *" + suffix + " file" : candidates.size() + " *" + suffix;
    throw new FailureException(
        reason,
        source.uri()
            + " holds "
            + found
            + " among its files ("
            + names(candidates.isEmpty() ? files : candidates)
            + "): a source of a "
            + what
            + " must hold exactly one");
  }

  private List<Path> files() {
    try (Stream<Path> walk = Files.walk(path, MAX_DEPTH)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path, e);
    }
  }

  private static boolean isNamed(Path file, String suffix) {
    String name = file.getFileName().toString();
    return name.endsWith(suffix) && !name.startsWith(".");
  }

  private String names(List<Path> files) {
    String names =
        files.stream()
            .limit(NAMED)
            .map(file -> path.relativize(file).toString())
            .collect(Collectors.joining(", "));
    return files.isEmpty() ? "it is empty" : names + (files.size() > NAMED ? ", …" : "");
  }
}
