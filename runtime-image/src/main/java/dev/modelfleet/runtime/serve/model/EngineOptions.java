package dev.modelfleet.runtime.serve.model;

/**
 * How ONNX Runtime is to run models.
 *
 * @param threads threads that one inference may use
 * @param measure whether one thread takes their place where a measurement speaks for it
 * @param spin whether idle threads spin, which shortens latency and burns CPU
 * @param arena whether memory is kept for the next inference rather than given back
 * @param provider execution provider by its short name, for instance {@code CPU} or {@code CUDA};
 *     null for the one that the variant was built for
 * @param fallback execution provider for where that can't be had; null to refuse the model then
 * @param plugins libraries of more execution providers, and options for these
 */
public record EngineOptions(
    int threads,
    boolean measure,
    boolean spin,
    boolean arena,
    String provider,
    String fallback,
    ProviderPlugins plugins) {

  /** With these very threads, without a fallback and plugins. */
  public EngineOptions(int threads, boolean spin, boolean arena, String provider) {
    this(threads, false, spin, arena, provider, null, ProviderPlugins.NONE);
  }

  /** With a provider: the given one or that of the variant. */
  EngineOptions forVariant(VariantSource source) {
    return provider == null
        ? new EngineOptions(threads, measure, spin, arena, source.provider(), fallback, plugins)
        : this;
  }

  /** The same with so many threads, whatever a measurement says. */
  EngineOptions withThreads(int count) {
    return new EngineOptions(count, false, spin, arena, provider, fallback, plugins);
  }
}
