package dev.modelfleet.runtime.serve.model;

/**
 * How a model is served.
 *
 * @param engine how ONNX Runtime runs it
 * @param instances runs at the same time
 * @param queueLimit requests that may wait
 * @param priorityLevels levels that requests may name, 1 the most urgent; those that name none or
 *     another have the last
 * @param queueTimeoutMicros longest wait of requests that give no time-out of their own; 0 for none
 * @param batching how requests are joined
 * @param finiteInputs whether NaN and infinity in inputs are refused
 * @param maxLatencyMillis largest 99th percentile of the latency of one inference, measured with
 *     the golden inputs before the model serves; 0 where none is wanted
 */
public record ServingOptions(
    EngineOptions engine,
    int instances,
    int queueLimit,
    int priorityLevels,
    long queueTimeoutMicros,
    Batching batching,
    boolean finiteInputs,
    double maxLatencyMillis) {

  /** Most levels of urgency that a model can have. */
  public static final int MAX_PRIORITY_LEVELS = 100;

  /** Every request runs alone, in the order of arrival. */
  public ServingOptions(EngineOptions engine, int instances, int queueLimit) {
    this(engine, instances, queueLimit, 1, 0, Batching.NONE);
  }

  /** Inputs may be any numbers, and inferences may take any time. */
  public ServingOptions(
      EngineOptions engine,
      int instances,
      int queueLimit,
      int priorityLevels,
      long queueTimeoutMicros,
      Batching batching) {
    this(engine, instances, queueLimit, priorityLevels, queueTimeoutMicros, batching, false, 0);
  }

  /** The same with another engine. */
  ServingOptions withEngine(EngineOptions other) {
    return new ServingOptions(
        other,
        instances,
        queueLimit,
        priorityLevels,
        queueTimeoutMicros,
        batching,
        finiteInputs,
        maxLatencyMillis);
  }

  /** The same for an inference that may take any time. */
  ServingOptions withoutLatencyBudget() {
    return new ServingOptions(
        engine,
        instances,
        queueLimit,
        priorityLevels,
        queueTimeoutMicros,
        batching,
        finiteInputs,
        0);
  }
}
