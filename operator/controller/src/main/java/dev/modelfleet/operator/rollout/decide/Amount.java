package dev.modelfleet.operator.rollout.decide;

import io.fabric8.kubernetes.api.model.IntOrString;

/**
 * A number of units or a share of them.
 *
 * @param number of units; where {@code percent}, hundredths of all of them
 */
public record Amount(int number, boolean percent) {

  /** As the API has it; {@code fallback} for null. */
  public static Amount of(IntOrString value, Amount fallback) {
    if (value == null) {
      return fallback;
    }
    return value.getIntVal() != null
        ? new Amount(value.getIntVal(), false)
        : new Amount(Integer.parseInt(value.getStrVal().replace("%", "")), true);
  }

  /** Of a number of units, rounded down. */
  public int floor(int units) {
    return percent ? (int) ((long) units * number / 100) : number;
  }

  /** Of a number of units, rounded down, at least one. */
  public int atLeastOne(int units) {
    return Math.max(1, floor(units));
  }
}
