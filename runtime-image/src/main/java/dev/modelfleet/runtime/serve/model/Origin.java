package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.model.ModelCatalog.ModelFiles;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a version is loaded from. Equal origins give the same model: it is not loaded again.
 *
 * @param source its files
 * @param state of the files before they were read
 * @param options how it is served
 * @param declared inputs and outputs that it must have
 * @param policy that chose the version
 */
public record Origin(
    VariantSource source,
    FilesState state,
    ServingOptions options,
    List<TensorSpec> declared,
    VersionPolicy policy) {

  /**
   * Of every version of a model.
   *
   * @throws ModelLoadException where files can't be listed
   */
  static SortedMap<Long, Origin> of(ModelFiles files) throws ModelLoadException {
    SortedMap<Long, Origin> origins = new TreeMap<>();
    for (Map.Entry<Long, VariantSource> version : files.versions().entrySet()) {
      VariantSource source = version.getValue();
      try {
        origins.put(
            version.getKey(),
            new Origin(
                source,
                FilesState.below(source.directory()),
                files.options(),
                files.declared(),
                files.policy()));
      } catch (IOException e) {
        throw new ModelLoadException("%s can't be read: %s".formatted(source.directory(), e), e);
      }
    }
    return origins;
  }
}
