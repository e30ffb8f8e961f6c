package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.Accuracy;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads and writes sizes and fractions as people write them. */
final class Sizes {

  private Sizes() {}

  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f MB", bytes / 1e6);
  }

  static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.3f %%", fraction * 100);
  }

  /** The upper end of the loss's interval, where there is one. */
  static String atMost(Accuracy accuracy) {
    return accuracy.interval() == null ? "-" : percent(accuracy.interval().upper());
  }

  static String millis(double millis) {
    return String.format(Locale.ROOT, "%.2f ms", millis);
  }

  /** {@code 25M}, {@code 24Mi}, {@code 1000000}: Kubernetes quantities in bytes. */
  static final class Bytes implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      String digits = value.replaceAll("[A-Za-z]+$", "");
      long factor =
          switch (value.substring(digits.length())) {
            case "" -> 1L;
            case "k" -> 1_000L;
            case "M" -> 1_000_000L;
            case "G" -> 1_000_000_000L;
            case "Ki" -> 1L << 10;
            case "Mi" -> 1L << 20;
            case "Gi" -> 1L << 30;
            default ->
                throw new TypeConversionException(value + " has an unknown unit: use 25M or 24Mi");
          };
      try {
        return (long) (Double.parseDouble(digits) * factor);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(value + " is not a size such as 25M");
      }
    }
  }

  /** {@code 1%} or {@code 0.01}. */
  static final class Fraction implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      try {
        return value.endsWith("%")
            ? Double.parseDouble(value.substring(0, value.length() - 1)) / 100
            : Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(value + " is not a fraction such as 1% or 0.01");
      }
    }
  }
}
