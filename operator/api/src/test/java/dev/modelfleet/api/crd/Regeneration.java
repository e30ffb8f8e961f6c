package dev.modelfleet.api.crd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes everything that is generated from the Java types; {@code -Dregenerate} runs it. */
public final class Regeneration {

  /** The command that makes the generated files anew. */
  static final String COMMAND = "./mvnw -pl operator/api -am process-test-classes -Dregenerate";

  private static final String CRDS = "crds";

  private Regeneration() {}

  /** Writes all generated files below the repository's root, {@code args[0]}. */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    for (String stale : staleFiles(root)) {
      Files.delete(root.resolve(stale));
    }
    for (var file : files(root).entrySet()) {
      Path path = root.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }

  /** Path, relative to the repository's {@code root}, to content of all generated files. */
  static SortedMap<String, String> files(Path root) {
    SortedMap<String, String> files = new TreeMap<>();
    CrdManifests.generate().forEach((name, yaml) -> files.put(CRDS + "/" + name, yaml));
    files.put("src/docs/api-reference.md", ApiReference.of(root, CrdManifests.definitions()));
    files.put("charts/modelfleet/argocd/argocd-cm.yaml", ArgoCdConfiguration.of(root));
    SamplePages.FILES.forEach(file -> files.put(file, SamplePages.of(root, file)));
    return files;
  }

  /** Files among the generated ones that nothing generates any more. */
  static List<String> staleFiles(Path root) {
    try (Stream<Path> paths = Files.list(root.resolve(CRDS))) {
      SortedMap<String, String> files = files(root);
      return paths
          .map(path -> CRDS + "/" + path.getFileName())
          .filter(path -> !files.containsKey(path))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + root.resolve(CRDS), e);
    }
  }
}
