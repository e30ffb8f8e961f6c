package dev.modelfleet.operator.name;

import java.util.Locale;

/** Names of the objects that the operator makes: deterministic, valid and never too long. */
public final class ResourceName {

  /** Longest name that is also a label value and a host name. */
  public static final int MAX_LENGTH = 63;

  private static final int HASH_LENGTH = 8;

  private ResourceName() {}

  /**
   * The parts joined by dashes. A result that would be longer than {@code maxLength} is cut and
   * ends in a hash of the whole, so that different parts still give different names.
   */
  public static String of(int maxLength, String... parts) {
    String whole = String.join("-", parts);
    if (whole.length() <= maxLength) {
      return whole;
    }
    String cut = whole.substring(0, maxLength - HASH_LENGTH - 1).replaceAll("[-.]+$", "");
    return cut + "-" + Sha256.hex(whole).substring(0, HASH_LENGTH);
  }

  /** As {@link #of(int, String...)} with {@link #MAX_LENGTH}. */
  public static String of(String... parts) {
    return of(MAX_LENGTH, parts);
  }

  /**
   * Text as a DNS label: lower case, everything else a dash, not longer than {@code maxLength};
   * {@code fallback} where nothing is left.
   */
  public static String label(String text, int maxLength, String fallback) {
    String clean =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^[-0-9]+|-+$", "");
    String cut = clean.substring(0, Math.min(maxLength, clean.length())).replaceAll("-+$", "");
    return cut.isEmpty() ? fallback : cut;
  }
}
