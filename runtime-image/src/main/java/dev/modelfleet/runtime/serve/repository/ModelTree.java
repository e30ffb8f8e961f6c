package dev.modelfleet.runtime.serve.repository;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.runtime.serve.model.ModelCatalog;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.VariantSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Models in Triton's layout: {@code <model>/<version>/}, each version a variant's directory or just
 * its model file, beside an optional {@code <model>/config.pbtxt}.
 *
 * @param directory holds the models' directories
 * @param defaults how models are served, but for what their configuration says
 */
public record ModelTree(Path directory, ServingOptions defaults) implements ModelCatalog {

  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,17}");

  @Override
  public List<String> names() throws ModelLoadException {
    return list(directory).stream().map(model -> model.getFileName().toString()).toList();
  }

  @Override
  public ModelFiles read(String name) throws ModelLoadException {
    if (!names().contains(name)) {
      throw new ModelLoadException("no model '%s' in %s".formatted(name, directory));
    }
    Path model = directory.resolve(name);
    TritonConfig config = TritonConfig.read(model);
    SortedMap<Long, VariantSource> sources = new TreeMap<>();
    for (long version : config.wanted(versions(model))) {
      sources.put(version, source(model.resolve(Long.toString(version)), config.modelFile()));
    }
    return new ModelFiles(
        sources, config.options(defaults), config.declared(), config.versionPolicy());
  }

  private static List<Long> versions(Path model) throws ModelLoadException {
    List<Long> versions =
        list(model).stream()
            .map(version -> version.getFileName().toString())
            .filter(version -> VERSION.matcher(version).matches())
            .map(Long::valueOf)
            .sorted()
            .toList();
    if (versions.isEmpty()) {
      throw new ModelLoadException(
          "%s has no version: a directory named by a number, for instance %s"
              .formatted(model, model.resolve("1")));
    }
    return versions;
  }

  private static VariantSource source(Path version, String modelFile) throws ModelLoadException {
    return Files.exists(version.resolve(VariantManifest.FILE))
        ? VariantSource.read(version)
        : VariantSource.ofModel(version, modelFile);
  }

  /** Directories in a directory, sorted; those that begin with a dot are not models'. */
  private static List<Path> list(Path parent) throws ModelLoadException {
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .filter(Files::isDirectory)
          .filter(child -> !child.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelLoadException("%s can't be read: %s".formatted(parent, e), e);
    }
  }
}
