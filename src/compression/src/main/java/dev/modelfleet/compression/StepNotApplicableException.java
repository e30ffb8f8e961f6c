package dev.modelfleet.compression;

/**
 * A step of a recipe that can't be applied to this model, for instance a quantization that finds no
 * weights. The recipe's trial ends with reason {@link
 * dev.modelfleet.artifact.Trial#STEP_NOT_APPLICABLE}; other recipes may still work.
 */
public final class StepNotApplicableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String step;

  /**
   * @param step name of the step as in {@link dev.modelfleet.artifact.Step}
   * @param message why it can't be applied and what can be done
   */
  public StepNotApplicableException(String step, String message) {
    super(message);
    this.step = step;
  }

  /** Name of the step. */
  public String step() {
    return step;
  }
}
