package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.RecipeRunner;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.TransformedModel;
import dev.modelfleet.compression.evaluation.AccuracyGate;
import dev.modelfleet.compression.evaluation.AccuracyGate.Miss;
import dev.modelfleet.compression.evaluation.OutputsNotFiniteException;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.report.Warnings;
import dev.modelfleet.compression.runtime.Cpu;
import dev.modelfleet.runtime.PhaseLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tries recipes in their order of preference until one passes every gate that the builder can
 * judge; then, where the request permits it, the unchanged model.
 */
final class RecipeLadder {

  private final BuildRequest request;
  private final BuildInputs inputs;
  private final Measurements measurements;
  private final Path directory;
  private final PhaseLog log;
  private final List<Trial> trials = new ArrayList<>();

  RecipeLadder(
      BuildRequest request,
      BuildInputs inputs,
      Measurements measurements,
      Path directory,
      PhaseLog log) {
    this.request = request;
    this.inputs = inputs;
    this.measurements = measurements;
    this.directory = directory;
    this.log = log;
  }

  /** The first model that passes; none where all miss. */
  Optional<Candidate> climb() {
    for (Recipe recipe : request.recipes()) {
      Optional<Candidate> accepted = attempt(recipe);
      if (accepted.isPresent()) {
        return accepted;
      }
    }
    return request.fallback() == Fallback.ORIGINAL ? attemptOriginal() : Optional.empty();
  }

  /** Every recipe looked at so far, in order. */
  List<Trial> trials() {
    return List.copyOf(trials);
  }

  private Optional<Candidate> attempt(Recipe recipe) {
    Optional<Miss> miss = GateCheck.beforeTrying(recipe, request);
    if (miss.isPresent()) {
      return without(recipe.name(), TrialOutcome.SKIPPED, miss.get());
    }
    try {
      TransformedModel made = log.phase(recipe.name() + ": apply its steps", () -> apply(recipe));
      Path files = directory.resolve(recipe.name());
      log.phase(recipe.name() + ": write the model", () -> made.model().save(files));
      return judge(recipe.name(), made, files, recipe.resultingPrecision());
    } catch (StepNotApplicableException e) {
      return without(
          recipe.name(),
          TrialOutcome.FAILED,
          new Miss(Trial.STEP_NOT_APPLICABLE, e.step() + ": " + e.getMessage()));
    }
  }

  private TransformedModel apply(Recipe recipe) {
    return RecipeRunner.run(
        inputs.model(),
        recipe,
        request.target(),
        inputs.calibration(),
        request.seed(),
        Optional.ofNullable(request.evaluation()).map(Evaluation::metric));
  }

  private Optional<Candidate> attemptOriginal() {
    Optional<Miss> miss = GateCheck.ruledOut(Recipe.ORIGINAL, request);
    if (miss.isPresent()) {
      return without(Recipe.ORIGINAL, TrialOutcome.SKIPPED, miss.get());
    }
    Path files = directory.resolve(Recipe.ORIGINAL);
    OnnxModel copy =
        log.phase("original: copy the model", () -> OriginalModel.copy(inputs.model(), files));
    TransformedModel unchanged = new TransformedModel(copy, List.of(), inputs.model(), Map.of());
    return judge(Recipe.ORIGINAL, unchanged, files, Precision.FP32);
  }

  private Optional<Candidate> judge(
      String name, TransformedModel made, Path files, Precision precision) {
    OnnxModel model = made.model();
    Measured measured = new Measured(name, model.sizeBytes(), made.notes());
    Optional<Miss> tooLarge = GateCheck.size(model.sizeBytes(), request.gates());
    if (tooLarge.isPresent()) {
      return rejected(measured, tooLarge.get());
    }
    try {
      measured.accuracy = log.phase(name + ": evaluate", () -> measurements.accuracy(model));
      measured.latency = log.phase(name + ": measure latency", () -> measurements.latency(model));
      if (!name.equals(Recipe.ORIGINAL)) {
        measured.layers = log.phase(name + ": measure layers", () -> measurements.layers(made));
        measured.warnings =
            Warnings.of(Cpu.here(), measured.layers, inputs.model().sizeBytes(), model.sizeBytes());
      }
    } catch (OutputsNotFiniteException e) {
      return rejected(measured, GateCheck.notFinite(e.getMessage()));
    } catch (CompressionException e) {
      if (e.reason() != FailureReason.INVALID_MODEL) {
        throw e;
      }
      Miss miss = new Miss(Trial.DOES_NOT_LOAD, e.getMessage());
      return record(measured.trial(TrialOutcome.FAILED, miss), null);
    }
    Optional<Miss> inaccurate =
        Optional.ofNullable(measured.accuracy)
            .flatMap(accuracy -> GateCheck.accuracy(accuracy, accuracyGate()));
    if (inaccurate.isPresent()) {
      return rejected(measured, inaccurate.get());
    }
    Trial trial = measured.trial(TrialOutcome.ACCEPTED, new Miss(null, null));
    return record(trial, new Candidate(trial, model, files, precision));
  }

  private AccuracyGate accuracyGate() {
    return new AccuracyGate(request.gates().maxAccuracyDrop(), request.evaluation().level());
  }

  private Optional<Candidate> rejected(Measured measured, Miss miss) {
    return record(measured.trial(TrialOutcome.REJECTED, miss), null);
  }

  private Optional<Candidate> without(String name, TrialOutcome outcome, Miss miss) {
    return record(new Measured(name, 0, List.of()).trial(outcome, miss), null);
  }

  private Optional<Candidate> record(Trial trial, Candidate candidate) {
    trials.add(trial);
    if (candidate == null) {
      WorkDirectory.delete(directory.resolve(trial.recipe()));
    }
    log.say(
        trial.recipe()
            + ": "
            + (trial.reason() == null
                ? "accepted, " + Figures.summary(trial)
                : trial.reason() + ", " + trial.message()));
    return Optional.ofNullable(candidate);
  }

  /** A sentence on why nothing passed. */
  String summary() {
    String each =
        trials.stream()
            .map(trial -> trial.recipe() + " (" + trial.reason() + ")")
            .collect(Collectors.joining(", "));
    return "no recipe passed its gates: " + each;
  }

  /** What is known of one model so far. */
  private static final class Measured {
    private final String name;
    private final long size;
    private final List<StepNote> notes;
    private Accuracy accuracy;
    private Latency latency;
    private List<LayerReport> layers = List.of();
    private List<String> warnings = List.of();

    Measured(String name, long size, List<StepNote> notes) {
      this.name = name;
      this.size = size;
      this.notes = notes;
    }

    Trial trial(TrialOutcome outcome, Miss miss) {
      return new Trial(
          name,
          outcome,
          miss.reason(),
          miss.message(),
          size,
          accuracy,
          latency,
          notes,
          layers,
          warnings);
    }
  }
}
