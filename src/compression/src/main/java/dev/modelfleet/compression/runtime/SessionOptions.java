package dev.modelfleet.compression.runtime;

/**
 * How a model is executed.
 *
 * @param threads threads of one inference; 0 takes all processors
 * @param executionProvider ONNX Runtime's name without the suffix: {@code CPU}, {@code CUDA},
 *     {@code TensorRT}, {@code OpenVINO}
 * @param optimization how far ONNX Runtime rewrites the graph when it loads it
 * @param spinning whether idle threads spin for the next piece of work: lower latency on processors
 *     that nothing else uses, lost time where they are shared
 */
public record SessionOptions(
    int threads, String executionProvider, Optimization optimization, boolean spinning) {

  /** How far ONNX Runtime rewrites the graph when it loads it. */
  public enum Optimization {
    /** Not at all: each node is executed as it is in the file. */
    NONE,
    /** Everything that the execution provider gains from. */
    ALL
  }

  public SessionOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads is " + threads + ": give 0 or more");
    }
    executionProvider =
        executionProvider == null || executionProvider.isBlank() ? "CPU" : executionProvider;
  }

  /** All optimizations on the CPU without spinning. */
  public static SessionOptions cpu(int threads) {
    return new SessionOptions(threads, "CPU", Optimization.ALL, false);
  }
}
