package dev.modelfleet.runtime.serve.model;

import java.nio.file.Path;
import java.util.Map;

/**
 * Execution providers that come as libraries of their own, beside that of ONNX Runtime.
 *
 * @param libraries paths by the names under which they are registered
 * @param options keys and values for the provider that is chosen, where it comes from one of them
 */
public record ProviderPlugins(Map<String, Path> libraries, Map<String, String> options) {

  /** No libraries. */
  public static final ProviderPlugins NONE = new ProviderPlugins(Map.of(), Map.of());

  public ProviderPlugins {
    libraries = Map.copyOf(libraries);
    options = Map.copyOf(options);
  }
}
