package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.List;
import java.util.SortedMap;

/** Where models come from. Read anew at each load, so that what has changed there is found. */
public interface ModelCatalog {

  /**
   * What serves under a name.
   *
   * @param versions at least one
   * @param options how all of them are served
   * @param declared inputs and outputs that the model must have; others are not looked at
   * @param policy that chose the versions
   */
  record ModelFiles(
      SortedMap<Long, VariantSource> versions,
      ServingOptions options,
      List<TensorSpec> declared,
      VersionPolicy policy) {}

  /**
   * Names of all models, sorted.
   *
   * @throws ModelLoadException where they can't be listed
   */
  List<String> names() throws ModelLoadException;

  /**
   * The model of this name.
   *
   * @throws ModelLoadException where there is none or something about it is wrong
   */
  ModelFiles read(String name) throws ModelLoadException;
}
