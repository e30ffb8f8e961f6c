package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.CalibrationMethod;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.mixed.LayerEffect;
import dev.modelfleet.compression.mixed.Sensitivity;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.transform.TransformContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code modelfleet sensitivity}: which layers suffer most from being compressed. */
@Command(
    name = "sensitivity",
    mixinStandardHelpOptions = true,
    description = {
      "Compress each layer alone and measure what it does to the result.",
      "The most sensitive layers come first."
    })
final class SensitivityCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "ONNX model.")
  private Path model;

  @Option(
      names = "--evaluation",
      required = true,
      paramLabel = "DATA",
      description = "Inputs to measure on.")
  private Path evaluation;

  @Option(
      names = "--calibration",
      paramLabel = "DATA",
      description =
          "Typical inputs: layers are then quantized statically, otherwise their weights alone.")
  private Path calibration;

  @Option(
      names = "--format",
      paramLabel = "TYPE",
      defaultValue = "INT8",
      description = "What each layer becomes: ${COMPLETION-CANDIDATES} (default: INT8).")
  private LayerFormat format;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many evaluation samples at most (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of one inference (default: all processors).")
  private int threads;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the table as JSON too; - for standard output instead of the table.")
  private String json;

  @Mixin private MetricOptions metric;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    OnnxModel original = OnnxModel.load(model, LoadLimits.DEFAULT);
    try (Dataset calibrationData = calibration == null ? null : Dataset.open(calibration);
        Dataset data = Dataset.open(evaluation);
        Evaluator evaluator =
            new Evaluator(
                original,
                metric.metric(),
                data,
                SessionOptions.cpu(threads),
                metric.confidence(),
                1,
                samples)) {
      TransformContext context =
          new TransformContext(null, Optional.ofNullable(calibrationData), 1);
      Sensitivity sensitivity = new Sensitivity(original, step(), context, evaluator);
      int layers = sensitivity.layers().size();
      int[] done = {0};
      List<LayerEffect> effects =
          sensitivity.measure(format, effect -> progress(err, ++done[0], layers, effect)).stream()
              .sorted(Comparator.comparingDouble(LayerEffect::sqnr))
              .toList();
      print(out, effects);
    }
    return ExitStatus.DONE;
  }

  private Step.Quantize step() {
    return calibration == null
        ? new Step.Quantize(QuantizationScheme.WEIGHT_ONLY, null, null, null, List.of())
        : new Step.Quantize(
            QuantizationScheme.STATIC,
            Granularity.PER_CHANNEL,
            null,
            CalibrationMethod.MIN_MAX,
            List.of());
  }

  private static void progress(PrintWriter err, int done, int layers, LayerEffect effect) {
    err.println("%d of %d: %s".formatted(done, layers, effect.layer()));
    err.flush();
  }

  private void print(PrintWriter out, List<LayerEffect> effects) throws IOException {
    String document = json == null ? null : SensitivityReport.json(format, effects);
    if ("-".equals(json)) {
      out.print(document);
    } else {
      out.print(table(effects));
    }
    out.flush();
    if (json != null && !"-".equals(json)) {
      Files.writeString(Path.of(json), document);
    }
  }

  private static TextTable table(List<LayerEffect> effects) {
    TextTable table =
        new TextTable("LAYER", "OPERATOR", "WEIGHTS", "SAVES", "SQNR", "SCORE", "DROP");
    for (LayerEffect effect : effects) {
      table.add(
          effect.layer(),
          effect.operator(),
          Long.toString(effect.weights()),
          Sizes.megabytes(effect.saved()),
          Double.isInfinite(effect.sqnr())
              ? "exact"
              : String.format(Locale.ROOT, "%.1f dB", effect.sqnr()),
          String.format(Locale.ROOT, "%.5f", effect.accuracy().variant()),
          Sizes.percent(effect.accuracy().drop()));
    }
    return table;
  }
}
