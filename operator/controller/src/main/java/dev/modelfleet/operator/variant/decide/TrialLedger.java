package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ByteSize;
import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.Percentage;
import dev.modelfleet.api.v1alpha1.VariantTrial;
import dev.modelfleet.api.v1alpha1.VariantTrialBuilder;
import dev.modelfleet.artifact.ParetoFront;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The trials of all attempts as one list: the newest word on each recipe that was really tried. */
final class TrialLedger {

  private static final int MAX_TRIALS = 17;
  private static final int MAX_MESSAGE = 1024;

  private TrialLedger() {}

  /**
   * Adds a build's trials. Where the build skipped a recipe because the device had ruled it out,
   * what was measured then stays.
   */
  static List<VariantTrial> merge(List<VariantTrial> before, List<Trial> built) {
    Map<String, VariantTrial> trials = new LinkedHashMap<>();
    before.forEach(trial -> trials.put(trial.recipe(), trial));
    for (Trial trial : built) {
      boolean known = trials.containsKey(trial.recipe());
      boolean ruledOut = Trial.RULED_OUT_ON_DEVICE.equals(trial.reason());
      if (!(known && ruledOut)) {
        trials.put(trial.recipe(), shown(trial, ParetoFront.contains(built, trial)));
      }
    }
    return bounded(trials);
  }

  /** Marks a recipe as missing a gate on the device. */
  static List<VariantTrial> ruleOut(
      List<VariantTrial> before, String recipe, String reason, String message) {
    Map<String, VariantTrial> trials = new LinkedHashMap<>();
    before.forEach(trial -> trials.put(trial.recipe(), trial));
    VariantTrial accepted = trials.get(recipe);
    VariantTrialBuilder trial =
        accepted == null
            ? VariantTrialBuilder.builder().recipe(recipe)
            : VariantTrialBuilder.builder(accepted);
    trials.put(
        recipe, trial.outcome(TrialOutcome.REJECTED).reason(reason).message(cut(message)).build());
    return bounded(trials);
  }

  /** Why nothing passed, recipe by recipe, for people. */
  static String summary(List<VariantTrial> trials) {
    List<String> parts = new ArrayList<>();
    for (VariantTrial trial : trials) {
      String why = trial.message() == null ? trial.reason() : trial.message();
      parts.add(trial.recipe() + ": " + (why == null ? trial.outcome() : why));
    }
    return String.join("; ", parts);
  }

  private static List<VariantTrial> bounded(Map<String, VariantTrial> trials) {
    return trials.values().stream().limit(MAX_TRIALS).toList();
  }

  private static VariantTrial shown(Trial trial, boolean optimal) {
    return VariantTrialBuilder.builder()
        .recipe(trial.recipe())
        .outcome(trial.outcome())
        .reason(trial.reason())
        .message(cut(trial.message()))
        .size(trial.size() == 0 ? null : ByteSize.quantity(trial.size()))
        .accuracyDrop(
            trial.accuracy() == null ? null : new Percentage(trial.accuracy().drop()).toString())
        .accuracyDropUpper(
            trial.accuracy() == null || trial.accuracy().interval() == null
                ? null
                : new Percentage(trial.accuracy().interval().upper()).toString())
        .latencyP99(
            trial.latency() == null ? null : GoDuration.ofMillis(trial.latency().p99Millis()))
        .paretoOptimal(optimal ? true : null)
        .build();
  }

  private static String cut(String message) {
    return message == null || message.length() <= MAX_MESSAGE
        ? message
        : message.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
