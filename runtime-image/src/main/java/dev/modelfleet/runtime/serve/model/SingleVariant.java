package dev.modelfleet.runtime.serve.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One variant's directory as a catalog of one model with the version 1.
 *
 * @param name the model's
 * @param directory with {@code variant.json}
 * @param options how it is served
 */
public record SingleVariant(String name, Path directory, ServingOptions options)
    implements ModelCatalog {

  private static final long ONLY_VERSION = 1;

  @Override
  public List<String> names() {
    return List.of(name);
  }

  @Override
  public ModelFiles read(String wanted) throws ModelLoadException {
    if (!wanted.equals(name)) {
      throw new ModelLoadException(
          "no such model: '%s'; there is only '%s'".formatted(wanted, name));
    }
    VariantSource source = VariantSource.read(directory);
    return new ModelFiles(
        new TreeMap<>(Map.of(ONLY_VERSION, source)), options, List.of(), VersionPolicy.NEWEST);
  }
}
