package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Search;
import dev.modelfleet.artifact.SearchStrategy;
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
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.PhaseLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tries recipes as the request's search says, against every gate that the builder can judge; then,
 * where the request permits it, the unchanged model.
 */
final class RecipeLadder {

  private final BuildRequest request;
  private final BuildInputs inputs;
  private final Measurements measurements;
  private final Path directory;
  private final TrialJournal journal;
  private final Search search;
  private final PhaseLog log;
  private int notTried;
  private final List<Trial> trials = new ArrayList<>();

  RecipeLadder(
      BuildRequest request,
      BuildInputs inputs,
      Measurements measurements,
      Path directory,
      TrialJournal journal,
      PhaseLog log) {
    this.request = request;
    this.inputs = inputs;
    this.measurements = measurements;
    this.directory = directory;
    this.journal = journal;
    this.search = request.search();
    this.log = log;
  }

  /** The model to use: by strategy the first that passes or the best; none where all miss. */
  Optional<Candidate> climb() {
    List<Recipe> recipes = search.expand(request.recipes());
    Map<String, Trial> finished = recipes.size() > 1 ? journal.finished() : Map.of();
    Passed best = null;
    for (Recipe recipe : recipes) {
      if (trials.stream().filter(RecipeLadder::wasBuilt).count() == search.maxTrials()) {
        notTried++;
        continue;
      }
      Optional<Passed> passed = attempt(recipe, finished.get(recipe.name()));
      if (passed.isPresent() && search.strategy() == SearchStrategy.ORDERED) {
        return Optional.of(made(passed.get()));
      }
      best = passed.isPresent() ? better(best, passed.get()) : best;
      if (recipes.size() > 1) {
        journal.keep(trials);
      }
    }
    if (best != null) {
      return Optional.of(made(best));
    }
    return request.fallback() == Fallback.ORIGINAL ? attemptOriginal() : Optional.empty();
  }

  private static boolean wasBuilt(Trial trial) {
    return trial.outcome() != TrialOutcome.SKIPPED;
  }

  /**
   * A recipe that passed.
   *
   * @param candidate its model; empty where an earlier attempt at the build made it
   */
  private record Passed(Recipe recipe, Trial trial, Optional<Candidate> candidate) {}

  private Optional<Passed> attempt(Recipe recipe, Trial finished) {
    if (finished != null && GateCheck.beforeTrying(recipe, request).isEmpty()) {
      boolean passed =
          finished.outcome() == TrialOutcome.ACCEPTED || finished.outcome() == TrialOutcome.PASSED;
      Trial trial = passed ? finished.with(TrialOutcome.ACCEPTED, null, null) : finished;
      log.say(recipe.name() + ": finished by an earlier attempt, " + trial.outcome());
      trials.add(trial);
      return passed ? Optional.of(new Passed(recipe, trial, Optional.empty())) : Optional.empty();
    }
    return attempt(recipe)
        .map(candidate -> new Passed(recipe, candidate.trial(), Optional.of(candidate)));
  }

  /** Of two that passed the one that the search prefers; the other's files are removed. */
  private Passed better(Passed best, Passed next) {
    if (best == null) {
      return next;
    }
    boolean keep = search.preference().compare(best.trial(), next.trial()) <= 0;
    Passed chosen = keep ? best : next;
    Passed other = keep ? next : best;
    String message =
        "it holds the gates, and %s is better by %s"
            .formatted(chosen.recipe().name(), search.objective().name().toLowerCase(Locale.ROOT));
    trials.replaceAll(
        trial ->
            trial.recipe().equals(other.recipe().name())
                ? trial.with(TrialOutcome.PASSED, Trial.NOT_THE_BEST, message)
                : trial);
    WorkDirectory.delete(directory.resolve(other.recipe().name()));
    return chosen;
  }

  private Candidate made(Passed passed) {
    if (passed.candidate().isPresent()) {
      return passed.candidate().get();
    }
    trials.removeIf(trial -> trial.recipe().equals(passed.recipe().name()));
    return attempt(passed.recipe())
        .orElseThrow(
            () ->
                new FailureException(
                    FailureReason.INTERNAL_ERROR,
                    passed.recipe().name()
                        + " passed in an earlier attempt at this build and not in this one: "
                        + summary()));
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
            Warnings.of(
                request.target(),
                Cpu.here(),
                measurements.saturating(model),
                measured.layers,
                inputs.model().sizeBytes(),
                model.sizeBytes());
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
    String left = notTried == 0 ? "" : "; %d more were not tried".formatted(notTried);
    return "no recipe passed its gates: " + each + left;
  }
}
