package dev.modelfleet.compression.calibration;

/**
 * Values that an activation takes.
 *
 * @param min smallest
 * @param max largest
 */
public record Range(float min, float max) {

  /** The range that holds both. */
  public Range union(Range other) {
    return new Range(Math.min(min, other.min), Math.max(max, other.max));
  }

  /** Whether both ends are numbers. */
  public boolean isFinite() {
    return Float.isFinite(min) && Float.isFinite(max);
  }

  /** Largest absolute value. */
  public float maxAbsolute() {
    return Math.max(Math.abs(min), Math.abs(max));
  }
}
