package dev.modelfleet.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Sizes in bytes as Kubernetes quantities. */
public final class ByteSize {

  private static final String[] SUFFIXES = {"", "k", "M", "G", "T", "P", "E"};

  private ByteSize() {}

  /**
   * Bytes of a quantity, rounded down.
   *
   * @throws IllegalArgumentException where it is not a quantity or does not fit a long
   */
  public static long bytes(Quantity quantity) {
    try {
      return quantity.getNumericalAmount().setScale(0, RoundingMode.DOWN).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + quantity + "' is not a number of bytes: write one such as 25M or 24Mi", e);
    }
  }

  /** A quantity that people read, to three significant digits: 23041234 bytes are {@code 23M}. */
  public static Quantity quantity(long bytes) {
    BigDecimal amount = BigDecimal.valueOf(bytes);
    int power = 0;
    BigDecimal rounded = round(amount);
    while (rounded.abs().compareTo(BigDecimal.valueOf(1000)) >= 0 && power < SUFFIXES.length - 1) {
      power++;
      rounded = round(amount.movePointLeft(3 * power));
    }
    BigDecimal shown = rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
    return new Quantity(shown.toPlainString(), SUFFIXES[power]);
  }

  private static BigDecimal round(BigDecimal value) {
    return value.round(new MathContext(3, RoundingMode.HALF_UP));
  }
}
