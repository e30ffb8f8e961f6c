package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * One recipe tried by a build.
 *
 * @param recipe its name, {@link Recipe#ORIGINAL} for the unchanged model
 * @param outcome what came of it
 * @param reason UpperCamelCase cause when not accepted, for instance {@code AccuracyBelowGate}
 * @param message one sentence with figures, limits and, where it helps, the fix
 * @param size bytes of the model with its external data; 0 where nothing was built
 * @param accuracy null where nothing was built or no evaluation is set
 * @param latency measured on the builder, not on the target; null where nothing was built
 * @param steps what each step did
 * @param layers what became of each layer; empty where nothing was built
 * @param warnings what a user should know besides the gates, a sentence each
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Trial(
    String recipe,
    TrialOutcome outcome,
    String reason,
    String message,
    long size,
    Accuracy accuracy,
    Latency latency,
    List<StepNote> steps,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LayerReport> layers,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

  /** Reason: the loss of accuracy is above the gate. */
  public static final String ACCURACY_BELOW_GATE = "AccuracyBelowGate";

  /**
   * Reason: the measured loss of accuracy holds the gate, its confidence interval does not; more
   * evaluation samples may decide it.
   */
  public static final String ACCURACY_UNCERTAIN = "AccuracyUncertain";

  /** Reason: the model is larger than the gate. */
  public static final String SIZE_ABOVE_GATE = "SizeAboveGate";

  /** Reason: it passed, and a variant that is better by the search's objective did too. */
  public static final String NOT_THE_BEST = "NotTheBest";

  /** Reason: outputs contain NaN or infinity. */
  public static final String NOT_FINITE = "OutputsNotFinite";

  /** Reason: the target does not run the precision that the recipe ends in. */
  public static final String PRECISION_NOT_SUPPORTED = "PrecisionNotSupported";

  /** Reason: the probe on the device ruled the recipe out in an earlier attempt. */
  public static final String RULED_OUT_ON_DEVICE = "RuledOutOnDevice";

  /** Reason: a step cannot be applied to this model. */
  public static final String STEP_NOT_APPLICABLE = "StepNotApplicable";

  /** Reason: ONNX Runtime refuses what the recipe made of the model. */
  public static final String DOES_NOT_LOAD = "VariantDoesNotLoad";

  /** A trial without layers and warnings. */
  public Trial(
      String recipe,
      TrialOutcome outcome,
      String reason,
      String message,
      long size,
      Accuracy accuracy,
      Latency latency,
      List<StepNote> steps) {
    this(recipe, outcome, reason, message, size, accuracy, latency, steps, null, null);
  }

  /** The same with another outcome. */
  public Trial with(TrialOutcome other, String why, String sentence) {
    return new Trial(
        recipe, other, why, sentence, size, accuracy, latency, steps, layers, warnings);
  }

  public Trial {
    steps = steps == null ? List.of() : List.copyOf(steps);
    layers = layers == null ? List.of() : List.copyOf(layers);
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
  }
}
