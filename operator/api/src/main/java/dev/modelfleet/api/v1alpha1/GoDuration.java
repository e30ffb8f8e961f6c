package dev.modelfleet.api.v1alpha1;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them and as the API's fields take them: {@code 1m30s}, {@code 4.6ms}. */
public final class GoDuration {

  private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(h|ms|m|s|us|µs|ns)");

  private static final Map<String, Long> NANOS =
      Map.of(
          "h", 3_600_000_000_000L,
          "m", 60_000_000_000L,
          "s", 1_000_000_000L,
          "ms", 1_000_000L,
          "us", 1_000L,
          "µs", 1_000L,
          "ns", 1L);

  private GoDuration() {}

  /**
   * Reads a duration of at least zero, exact to the nanosecond.
   *
   * @throws IllegalArgumentException where the text is not a sequence of decimal numbers, each with
   *     one of the units h, m, s, ms, us, ns
   */
  public static Duration parse(String text) {
    Matcher part = PART.matcher(text == null ? "" : text);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (part.find() && part.start() == end) {
      nanos =
          nanos.add(
              new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.get(part.group(2)))));
      end = part.end();
    }
    if (text == null || text.isEmpty() || end != text.length()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration: write numbers with units h, m, s, ms, such as 500ms");
    }
    return Duration.ofNanos(nanos.setScale(0, RoundingMode.HALF_EVEN).longValueExact());
  }

  /** Milliseconds of a duration, with fractions. */
  public static double millis(String text) {
    return parse(text).toNanos() / 1e6;
  }

  /** Milliseconds to three significant digits: {@code 4.63ms}, {@code 1240ms}. */
  public static String ofMillis(double millis) {
    if (!Double.isFinite(millis) || millis < 0) {
      throw new IllegalArgumentException("a duration must be at least zero, not " + millis + " ms");
    }
    BigDecimal rounded =
        BigDecimal.valueOf(millis).round(new MathContext(3, RoundingMode.HALF_EVEN));
    return rounded.signum() == 0 ? "0ms" : rounded.stripTrailingZeros().toPlainString() + "ms";
  }
}
