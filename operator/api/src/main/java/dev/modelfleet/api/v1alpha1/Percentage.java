package dev.modelfleet.api.v1alpha1;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/**
 * A share as the API writes it: {@code 1%} is 0.01.
 *
 * @param fraction the share as a fraction of 1
 */
public record Percentage(double fraction) {

  private static final Pattern FORM = Pattern.compile("-?[0-9]+(\\.[0-9]+)?%");

  public Percentage {
    if (!Double.isFinite(fraction)) {
      throw new IllegalArgumentException("a share must be finite, not " + fraction);
    }
  }

  /**
   * Reads a share.
   *
   * @throws IllegalArgumentException where the text is not a decimal number with a percent sign
   */
  public static Percentage parse(String text) {
    if (text == null || !FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a share: write a decimal number and a percent sign, such as 1.5%");
    }
    return new Percentage(
        new BigDecimal(text.substring(0, text.length() - 1)).movePointLeft(2).doubleValue());
  }

  /** The share with at most three significant decimals of a percent: {@code 0.67%}. */
  @Override
  public String toString() {
    BigDecimal percent =
        BigDecimal.valueOf(fraction)
            .movePointRight(2)
            .round(new MathContext(3, RoundingMode.HALF_EVEN));
    BigDecimal bounded =
        percent.scale() > 4 ? percent.setScale(4, RoundingMode.HALF_EVEN) : percent;
    return bounded.signum() == 0 ? "0%" : bounded.stripTrailingZeros().toPlainString() + "%";
  }
}
