package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.BuilderVersion;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.SearchObjective;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.report.HtmlReport;
import dev.modelfleet.compression.runtime.Benchmark;
import dev.modelfleet.compression.runtime.Cpu;
import dev.modelfleet.compression.runtime.SessionOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code modelfleet compress}: tries recipes in order and keeps the first variant that passes. */
@Command(
    name = "compress",
    mixinStandardHelpOptions = true,
    description = {
      "Try recipes in order and keep the first variant that holds the gates.",
      "Writes model.onnx, report.json and report.html."
    })
final class CompressCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "ONNX model to compress.")
  private Path model;

  @Option(
      names = "--recipe",
      required = true,
      paramLabel = "FILE",
      description = "Recipe, list of recipes or CompressionPolicy manifest (YAML or JSON).")
  private Path recipeFile;

  @Option(
      names = "--calibration",
      paramLabel = "DATA",
      description = "Typical inputs; static quantization needs them.")
  private Path calibration;

  @Option(
      names = "--evaluation",
      paramLabel = "DATA",
      description = "Inputs to measure accuracy and latency on.")
  private Path evaluation;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Directory to write to.")
  private Path output;

  @Option(
      names = "--max-accuracy-drop",
      paramLabel = "FRACTION",
      converter = Sizes.Fraction.class,
      description = "Largest accepted loss of accuracy, for instance 1%%.")
  private Double maxAccuracyDrop;

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      converter = Sizes.Bytes.class,
      description = "Largest accepted model, for instance 25M.")
  private Long maxSize;

  @Option(
      names = "--all",
      description =
          "Try every recipe, also after one has passed, and keep the others under variants/.")
  private boolean all;

  @Option(
      names = "--objective",
      paramLabel = "WHAT",
      description =
          "Try every recipe and keep the best of those that hold the gates: ${COMPLETION-CANDIDATES}.")
  private SearchObjective objective;

  @Option(names = "--max-trials", paramLabel = "N", description = "Build at most so many recipes.")
  private Integer maxTrials;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of one inference (default: all processors).")
  private int threads;

  @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random.")
  private long seed;

  @Mixin private MetricOptions metric;

  @Mixin private TargetOptions target;

  @Override
  public Integer call() throws IOException {
    OnnxModel original = OnnxModel.load(model, LoadLimits.DEFAULT);
    try (Dataset calibrationData = calibration == null ? null : Dataset.open(calibration);
        Dataset evaluationData = evaluation == null ? null : Dataset.open(evaluation);
        Evaluator evaluator = evaluator(original, evaluationData)) {
      Latency originalLatency = latency(model, evaluationData);
      Gates gates = new Gates(maxAccuracyDrop, maxSize, null, null);
      TrialRunner runner =
          new TrialRunner(
              original,
              gates,
              Optional.ofNullable(calibrationData),
              evaluator,
              evaluationData == null ? Optional.empty() : Optional.of(metric.metric()),
              Optional.ofNullable(evaluationData).or(() -> Optional.ofNullable(calibrationData)),
              originalLatency,
              metric.confidence(),
              seed,
              target.profile());
      Trials trials = new Trials(objective, output);
      tryRecipes(runner, RecipeFile.read(recipeFile), trials, evaluationData);
      String accepted = trials.finish(all);
      ProofReport report = report(original, originalLatency, gates, accepted, trials.all());
      write(report);
      summarize(report);
      return accepted == null ? ExitStatus.NONE_ACCEPTED : ExitStatus.DONE;
    }
  }

  private void tryRecipes(
      TrialRunner runner, List<Recipe> recipes, Trials trials, Dataset evaluationData) {
    PrintWriter out = spec.commandLine().getOut();
    int most = maxTrials == null ? recipes.size() : Math.min(maxTrials, recipes.size());
    for (Recipe recipe : recipes.subList(0, most)) {
      if (trials.accepted() != null && !all && objective == null) {
        return;
      }
      out.println("trying " + recipe.name());
      out.flush();
      VariantDirectory directory = new VariantDirectory(output, recipe.name());
      Trial trial = runner.run(recipe, directory.path(), file -> latency(file, evaluationData));
      trial.steps().forEach(note -> print(out, note));
      trial.warnings().forEach(warning -> out.println("  warning: " + warning));
      trials.add(trial);
    }
  }

  private void summarize(ProofReport report) {
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    out.print(TrialTable.of(report));
    out.println(
        report.recipe() == null
            ? "no recipe gave a variant that holds the gates"
            : "accepted %s: %s".formatted(report.recipe(), output.resolve("model.onnx")));
    out.flush();
  }

  private Evaluator evaluator(OnnxModel original, Dataset data) {
    return data == null
        ? null
        : new Evaluator(
            original,
            metric.metric(),
            data,
            SessionOptions.cpu(threads),
            metric.confidence(),
            seed);
  }

  private Latency latency(Path file, Dataset data) {
    return data == null ? null : Benchmark.latency(file, data, 5, 50, threads);
  }

  private ProofReport report(
      OnnxModel original, Latency latency, Gates gates, String accepted, List<Trial> trials) {
    return new ProofReport(
        ProofReport.SCHEMA_VERSION,
        null,
        BuilderVersion.CURRENT,
        new Source(model.toUri().toString(), null),
        original.sizeBytes(),
        latency,
        null,
        gates,
        accepted,
        trials,
        Cpu.here().model());
  }

  private void write(ProofReport report) throws IOException {
    Files.createDirectories(output);
    Files.writeString(output.resolve("report.json"), ContractJson.writePretty(report));
    String name = model.getFileName().toString();
    Files.writeString(output.resolve("report.html"), HtmlReport.render(name, report));
  }

  private static void print(PrintWriter out, StepNote note) {
    out.println("  %s: %s (%d ms)".formatted(note.step(), note.message(), note.millis()));
  }
}
