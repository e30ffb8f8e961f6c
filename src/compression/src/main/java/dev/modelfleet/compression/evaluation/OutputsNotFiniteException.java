package dev.modelfleet.compression.evaluation;

/**
 * A variant's outputs hold NaN or infinity. Its trial is rejected with reason {@link
 * dev.modelfleet.artifact.Trial#NOT_FINITE}.
 */
public final class OutputsNotFiniteException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param output name of the graph output
   * @param sample index of the sample
   */
  public OutputsNotFiniteException(String output, int sample) {
    super("output %s of sample %d holds NaN or infinity".formatted(output, sample));
  }
}
