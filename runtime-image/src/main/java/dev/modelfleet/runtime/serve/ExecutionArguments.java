package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.model.Batching;
import dev.modelfleet.runtime.serve.model.EngineOptions;
import dev.modelfleet.runtime.serve.model.ProviderPlugins;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of how requests are queued, joined and executed. */
final class ExecutionArguments {

  @Option(
      names = "--threads",
      description =
          "threads of one inference; 0: as many as the container's CPU limit allows, or one where"
              + " a short measurement with the golden inputs speaks for it",
      defaultValue = "0")
  private int threads;

  @Option(
      names = "--instances",
      description =
          "requests that run at the same time; 0: as many as --threads, or as the container's CPU"
              + " limit allows",
      defaultValue = "0")
  private int instances;

  @Option(
      names = "--queue",
      description = "requests that may wait; more are refused with 503",
      defaultValue = "256")
  private int queue;

  @Option(
      names = "--queue-timeout-us",
      description =
          "microseconds that a request may wait which gives no timeout of its own, then it is"
              + " refused with 503; 0: any time",
      defaultValue = "0")
  private long queueTimeoutMicros;

  @Option(
      names = "--priority-levels",
      description =
          "levels of urgency that requests may name in their parameter priority: 1 goes first,"
              + " requests that name none go last",
      defaultValue = "1")
  private int priorityLevels;

  @Option(
      names = "--max-batch-size",
      description =
          "join requests of equal shape to batches of up to so many items; 0: every request runs"
              + " alone. The golden inputs must then agree in a batch as well",
      defaultValue = "0")
  private int maxBatchSize;

  @Option(
      names = "--preferred-batch-sizes",
      split = ",",
      description = "sizes that run as soon as they are reached, for instance 4,8")
  private List<Integer> preferredBatchSizes = List.of();

  @Option(
      names = "--batch-delay-us",
      description =
          "microseconds that a request may wait for others to join while the model is at work;"
              + " while it is idle, none waits",
      defaultValue = "0")
  private long batchDelayMicros;

  @Option(
      names = "--pad-batches",
      description = "fill batches up with zeros to the next preferred size",
      defaultValue = "false")
  private boolean padBatches;

  @Option(
      names = "--finite-inputs",
      description =
          "refuse requests with NaN or infinity in an input, which most models turn into"
              + " answers that mean nothing",
      defaultValue = "false")
  private boolean finiteInputs;

  @Option(
      names = "--spin",
      description = "let idle threads spin: shorter latency, a busy CPU",
      defaultValue = "false")
  private boolean spin;

  @Option(
      names = "--no-arena",
      description = "give memory back after each inference: smaller, a little slower",
      defaultValue = "false")
  private boolean noArena;

  @Option(
      names = "--execution-provider",
      description =
          "ONNX Runtime execution provider: CPU, XNNPACK, OpenVINO, CUDA, TensorRT, NNAPI, QNN or a"
              + " plugin's; that of variant.json's target by default. Where it is not there the"
              + " server does not start, and lists those that are")
  private String executionProvider;

  @Option(
      names = "--fallback-provider",
      description =
          "execution provider for where that one is not there or fails, for instance CPU; the log,"
              + " the page / and the metric modelfleet_execution_provider tell which one serves")
  private String fallbackProvider;

  @Option(
      names = "--provider-library",
      paramLabel = "NAME=FILE",
      description = "library of a plugin execution provider, registered under the name")
  private Map<String, Path> providerLibraries = Map.of();

  @Option(
      names = "--provider-option",
      paramLabel = "KEY=VALUE",
      description = "option of the plugin execution provider")
  private Map<String, String> providerOptions = Map.of();

  @Option(
      names = "--max-latency-ms",
      description =
          "largest 99th percentile of the latency of one inference, in milliseconds, measured with"
              + " the golden inputs before the server is ready; above it the server ends. 0: any",
      defaultValue = "0")
  private double maxLatencyMillis;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** The options together. */
  ServingOptions serving() {
    if (priorityLevels < 1 || priorityLevels > ServingOptions.MAX_PRIORITY_LEVELS) {
      throw new ParameterException(
          spec.commandLine(),
          "--priority-levels is %d, must be from 1 to %d"
              .formatted(priorityLevels, ServingOptions.MAX_PRIORITY_LEVELS));
    }
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    return new ServingOptions(
        new EngineOptions(
            count,
            threads == 0,
            spin,
            !noArena,
            executionProvider,
            fallbackProvider,
            new ProviderPlugins(providerLibraries, providerOptions)),
        instances > 0 ? instances : count,
        queue,
        priorityLevels,
        queueTimeoutMicros,
        batching(),
        finiteInputs,
        maxLatencyMillis);
  }

  private Batching batching() {
    try {
      return new Batching(maxBatchSize, preferredBatchSizes, batchDelayMicros, padBatches);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
