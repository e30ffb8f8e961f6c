package dev.modelfleet.artifact;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Shares as recipes write them: a decimal number and a percent sign. */
final class Share {

  private static final Pattern FORM = Pattern.compile("[0-9]{1,2}(\\.[0-9]{1,4})?%");

  private Share() {}

  /**
   * The share as a fraction of 1; 0 for null.
   *
   * @throws IllegalArgumentException where the text is no share above 0% and below 100%
   */
  static double parse(String field, String text) {
    if (text == null) {
      return 0;
    }
    double share =
        FORM.matcher(text).matches()
            ? new BigDecimal(text.substring(0, text.length() - 1)).movePointLeft(2).doubleValue()
            : 0;
    if (share <= 0) {
      throw new IllegalArgumentException(
          "%s is '%s': write a share above 0%% and below 100%%, such as 50%%"
              .formatted(field, text));
    }
    return share;
  }
}
