package dev.modelfleet.compression.prune;

import java.util.Locale;

/** Large numbers for people. */
public final class Amount {

  private static final String[] UNITS = {"", " k", " M", " G", " T", " P", " E"};

  private Amount() {}

  /** What was, what is, and the share that went. */
  public static String change(long before, long after) {
    double share = before == 0 ? 0 : 100.0 * (before - after) / before;
    return String.format(Locale.ROOT, "%s to %s (−%.1f%%)", of(before), of(after), share);
  }

  /** Three significant digits and a unit: {@code 1.23 M}. */
  public static String of(long amount) {
    double value = amount;
    int unit = 0;
    for (; value >= 1000 && unit < UNITS.length - 1; unit++) {
      value /= 1000;
    }
    int decimals = unit == 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f%s", value, UNITS[unit]);
  }
}
