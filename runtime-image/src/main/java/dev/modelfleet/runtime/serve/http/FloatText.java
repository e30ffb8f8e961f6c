package dev.modelfleet.runtime.serve.http;

import java.nio.charset.StandardCharsets;

/**
 * Floats as decimal text, several times faster than {@link Float#toString}, in the same form. What
 * is written always reads as the same float, by readers of floats and by those of doubles that
 * round to float.
 *
 * <p>Nine significant digits are enough for any float. Seven and eight are tried first: a candidate
 * counts where the double nearest to it, computed by one correctly rounded division (Clinger, "How
 * to read floating point numbers accurately", 1990), rounds to the float, and is not halfway
 * between two floats.
 */
final class FloatText {

  /** Most bytes that a float takes. */
  static final int MOST_BYTES = 16;

  /** Between these, text has no exponent, as in {@link Float#toString}. */
  private static final double LEAST_PLAIN = 1e-3;

  private static final double MOST_PLAIN = 1e7;

  private static final int FEWEST_DIGITS = 7;
  private static final int ENOUGH_DIGITS = 9;

  /** Bits of a double beyond those of a float, and what they are halfway between two floats. */
  private static final long BEYOND_FLOAT = (1L << 29) - 1;

  private static final long HALFWAY = 1L << 28;

  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12
  };

  private FloatText() {}

  /**
   * Writes a finite float.
   *
   * @param target has {@value #MOST_BYTES} bytes from {@code at}
   * @return the position after it
   */
  static int write(float value, byte[] target, int at) {
    double magnitude = Math.abs(value);
    if (!(magnitude >= LEAST_PLAIN && magnitude < MOST_PLAIN)) {
      return copy(Float.toString(value), target, at);
    }
    int position = at;
    if (value < 0) {
      target[position++] = '-';
    }
    int whole = (int) magnitude;
    if (whole == magnitude) {
      position = digits(whole, count(whole), target, position);
      target[position++] = '.';
      target[position++] = '0';
      return position;
    }
    // So many digits stand behind the point where there are ENOUGH_DIGITS in all.
    int behind = ENOUGH_DIGITS - (whole > 0 ? count(whole) : -zeros(magnitude));
    float wanted = (float) magnitude;
    for (int fewer = ENOUGH_DIGITS - FEWEST_DIGITS; fewer > 0; fewer--) {
      int places = behind - fewer;
      long candidate = places < 0 ? 0 : Math.round(magnitude * POWERS[places]);
      if (places > 0 && reads(candidate / POWERS[places], wanted)) {
        return plain(candidate, places, target, position);
      }
    }
    return plain(Math.round(magnitude * POWERS[behind]), behind, target, position);
  }

  private static boolean reads(double candidate, float wanted) {
    return (float) candidate == wanted
        && (Double.doubleToRawLongBits(candidate) & BEYOND_FLOAT) != HALFWAY;
  }

  /** Zeros between the point and the first digit. */
  private static int zeros(double magnitude) {
    return magnitude >= 1e-1 ? 0 : magnitude >= 1e-2 ? 1 : 2;
  }

  private static int count(int whole) {
    int count = 1;
    for (int rest = whole; rest >= 10; rest /= 10) {
      count++;
    }
    return count;
  }

  /** {@code scaled} / 10^{@code places}, without zeros at its end. */
  private static int plain(long scaled, int places, byte[] target, int at) {
    long power = (long) POWERS[places];
    int whole = (int) (scaled / power);
    long fraction = scaled - whole * power;
    int left = places;
    while (left > 1 && fraction % 10 == 0) {
      fraction /= 10;
      left--;
    }
    int position = digits(whole, count(whole), target, at);
    target[position++] = '.';
    return digits(fraction, left, target, position);
  }

  private static int digits(long number, int count, byte[] target, int at) {
    long rest = number;
    for (int i = at + count - 1; i >= at; i--) {
      long next = rest / 10;
      target[i] = (byte) ('0' + (rest - next * 10));
      rest = next;
    }
    return at + count;
  }

  private static int copy(String text, byte[] target, int at) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, target, at, bytes.length);
    return at + bytes.length;
  }
}
