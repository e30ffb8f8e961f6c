package dev.modelfleet.kubectl;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the metrics of serving pods add up to, over all models and pods. The difference of two is
 * what happened in between.
 *
 * @param requests answered
 * @param failures of requests
 * @param joules of energy; null where nothing measures it
 * @param buckets number of answered requests by the upper bound of their time in seconds, each with
 *     those of the lower bounds
 */
record Samples(double requests, double failures, Double joules, Map<Double, Double> buckets) {

  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})?\\s+(\\S+)(?:\\s+\\d+)?");
  private static final Pattern BOUND = Pattern.compile("(?:^|,)le=\"([^\"]+)\"");

  static final Samples NONE = new Samples(0, 0, null, Map.of());

  /** Reads a page in Prometheus' text format. */
  static Samples parse(String page) {
    Samples all = NONE;
    for (String line : page.split("\n", -1)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        all = all.plus(sample(matcher.group(1), matcher.group(2), matcher.group(3)));
      }
    }
    return all;
  }

  private static Samples sample(String name, String labels, String text) {
    double value = number(text);
    return switch (name) {
      case "nv_inference_request_success" -> new Samples(value, 0, null, Map.of());
      case "nv_inference_request_failure" -> new Samples(0, value, null, Map.of());
      case "nv_energy_consumption" -> new Samples(0, 0, value, Map.of());
      case "modelfleet_request_duration_seconds_bucket" -> {
        Matcher bound = BOUND.matcher(labels == null ? "" : labels);
        yield bound.find() ? new Samples(0, 0, null, Map.of(number(bound.group(1)), value)) : NONE;
      }
      default -> NONE;
    };
  }

  private static double number(String text) {
    return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  /** Both together. */
  Samples plus(Samples other) {
    return combined(other, 1);
  }

  /** What was added since {@code earlier}. */
  Samples since(Samples earlier) {
    return combined(earlier, -1);
  }

  private Samples combined(Samples other, int sign) {
    Map<Double, Double> sums = new TreeMap<>(buckets);
    other.buckets.forEach((bound, count) -> sums.merge(bound, sign * count, Double::sum));
    Double energy =
        joules == null && other.joules == null
            ? null
            : Double.valueOf(
                (joules == null ? 0 : joules) + sign * (other.joules == null ? 0 : other.joules));
    return new Samples(
        requests + sign * other.requests, failures + sign * other.failures, energy, sums);
  }

  /**
   * Time in seconds within which a share of the requests was answered, interpolated within a
   * bucket; NaN where there was none.
   */
  double quantile(double share) {
    double all = buckets.getOrDefault(Double.POSITIVE_INFINITY, 0.0);
    if (all <= 0) {
      return Double.NaN;
    }
    double lower = 0;
    double below = 0;
    for (Map.Entry<Double, Double> bucket : new TreeMap<>(buckets).entrySet()) {
      if (bucket.getValue() >= share * all) {
        double inside = bucket.getValue() - below;
        return bucket.getKey().isInfinite() || inside <= 0
            ? lower
            : lower + (bucket.getKey() - lower) * (share * all - below) / inside;
      }
      lower = bucket.getKey();
      below = bucket.getValue();
    }
    return lower;
  }
}
