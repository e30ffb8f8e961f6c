package dev.modelfleet.runtime.serve.model;

import java.util.Locale;

/**
 * How many threads compute one inference, and why.
 *
 * @param threads of one inference
 * @param reason in words
 */
public record ThreadChoice(int threads, String reason) {

  /**
   * An inference that takes longer has enough arithmetic for several threads, and models so large
   * are not loaded twice to learn that.
   */
  private static final double LONG_MILLIS = 50;

  /** Whether {@code shared} leaves the question open. */
  static boolean isOpen(Pace shared) {
    return shared.millis() <= LONG_MILLIS;
  }

  /** Without a measurement. */
  static ThreadChoice given(int threads, String reason) {
    return new ThreadChoice(threads, reason);
  }

  /** For an inference that {@link #isOpen} does not ask about. */
  static ThreadChoice forLong(int threads, Pace shared) {
    return new ThreadChoice(
        threads, String.format(Locale.ROOT, "one inference takes %.3g ms", shared.millis()));
  }

  /**
   * Threads that share one inference shorten it, and wait for each other. One thread for each
   * inference serves where that raises the throughput by at least the factor by which it lengthens
   * an inference that runs alone, and keeps the budget.
   *
   * @param threads that share an inference in {@code shared}
   * @param single with one thread for each
   * @param maxMillis budget of an inference; 0 for none
   */
  static ThreadChoice between(int threads, Pace shared, Pace single, double maxMillis) {
    double gain = single.perSecond() / shared.perSecond();
    double loss = single.millis() / shared.millis();
    boolean inBudget = maxMillis <= 0 || single.slowestMillis() <= maxMillis;
    String measured =
        String.format(
            Locale.ROOT,
            "measured with the golden inputs: alone %.3g ms with one thread and %.3g ms with %d, together %.0f and %.0f inferences a second",
            single.millis(),
            shared.millis(),
            threads,
            single.perSecond(),
            shared.perSecond());
    return inBudget
        ? new ThreadChoice(gain >= loss ? 1 : threads, measured)
        : new ThreadChoice(
            threads, measured + "; one thread misses the budget of " + maxMillis + " ms");
  }

  /** One line for logs. */
  public String summary(int instances) {
    return "%d requests at a time, %d %s for each (%s)"
        .formatted(instances, threads, threads == 1 ? "thread" : "threads", reason);
  }
}
