package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.runtime.Benchmark;
import dev.modelfleet.compression.runtime.ResidentMemory;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.saturation.SaturatedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code modelfleet compare}: variants beside their original. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Measure variants against their original: size on disk, resident memory,",
      "accuracy and latency, here."
    })
final class CompareCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ORIGINAL", description = "The original model.")
  private Path original;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "VARIANT", description = "Variants.")
  private List<Path> variants;

  @Option(
      names = "--evaluation",
      required = true,
      paramLabel = "DATA",
      description = "Inputs to measure on.")
  private Path evaluation;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of one inference (default: all processors).")
  private int threads;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "100",
      description = "Timed inferences (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Mixin private MetricOptions metric;

  @Mixin private TargetOptions target;

  @Override
  public Integer call() {
    OnnxModel reference = OnnxModel.load(original, LoadLimits.DEFAULT);
    TextTable table =
        new TextTable("MODEL", "SIZE", "MEMORY", "SCORE", "DROP", "AT MOST", "P50", "P99");
    try (Dataset data = Dataset.open(evaluation);
        Evaluator evaluator =
            new Evaluator(
                reference,
                metric.metric(),
                data,
                SessionOptions.cpu(threads),
                metric.confidence(),
                1)) {
      Latency latency = Benchmark.latency(original, data, 5, iterations, threads);
      table.add(
          original.toString(),
          Sizes.megabytes(reference.sizeBytes()),
          memory(original),
          "",
          "",
          "",
          Sizes.millis(latency.p50Millis()),
          Sizes.millis(latency.p99Millis()));
      for (Path file : variants) {
        OnnxModel variant = OnnxModel.load(file, LoadLimits.DEFAULT);
        Accuracy accuracy = evaluator.evaluate(SaturatedModel.on(target.profile(), variant));
        Latency measured = Benchmark.latency(file, data, 5, iterations, threads);
        table.add(
            file.toString(),
            Sizes.megabytes(variant.sizeBytes()),
            memory(file),
            String.format(Locale.ROOT, "%.5f", accuracy.variant()),
            Sizes.percent(accuracy.drop()),
            Sizes.atMost(accuracy),
            Sizes.millis(measured.p50Millis()),
            Sizes.millis(measured.p99Millis()));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(table);
    out.flush();
    return ExitStatus.DONE;
  }

  private String memory(Path file) {
    OptionalLong bytes = ResidentMemory.of(file, evaluation, threads);
    return bytes.isPresent() ? Sizes.megabytes(bytes.getAsLong()) : "-";
  }
}
