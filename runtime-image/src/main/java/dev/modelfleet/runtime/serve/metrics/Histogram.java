package dev.modelfleet.runtime.serve.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Durations counted into fixed buckets, for Prometheus. Safe for many threads. */
public final class Histogram {

  /** Upper bounds in microseconds: 100 µs to 30 s. */
  private static final long[] BOUNDS_MICROS = {
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000
  };

  private static final double MICROS_PER_SECOND = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final AtomicLongArray buckets = new AtomicLongArray(BOUNDS_MICROS.length + 1);
  private final LongAdder sumNanos = new LongAdder();

  /** Counts one duration. */
  public void record(long nanos) {
    long micros = nanos / 1_000;
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[bucket]) {
      bucket++;
    }
    buckets.incrementAndGet(bucket);
    sumNanos.add(nanos);
  }

  /**
   * The upper bound of the bucket that a quantile is in, in microseconds; the largest bound where
   * it is above all of them.
   *
   * @param fraction from 0 to 1
   */
  public long quantileMicros(double fraction) {
    long total = 0;
    for (int i = 0; i < buckets.length(); i++) {
      total += buckets.get(i);
    }
    long rank = (long) Math.ceil(fraction * total);
    long cumulative = 0;
    for (int i = 0; i < BOUNDS_MICROS.length; i++) {
      cumulative += buckets.get(i);
      if (cumulative >= rank) {
        return BOUNDS_MICROS[i];
      }
    }
    return BOUNDS_MICROS[BOUNDS_MICROS.length - 1];
  }

  /** Writes the samples of this histogram; the family's head is the caller's. */
  public void write(PrometheusText text, String name, String labels) {
    long cumulative = 0;
    for (int i = 0; i < BOUNDS_MICROS.length; i++) {
      cumulative += buckets.get(i);
      String bound = Double.toString(BOUNDS_MICROS[i] / MICROS_PER_SECOND);
      text.sample(name + "_bucket", labels + ",le=\"" + bound + "\"", cumulative);
    }
    cumulative += buckets.get(BOUNDS_MICROS.length);
    text.sample(name + "_bucket", labels + ",le=\"+Inf\"", cumulative);
    text.sample(name + "_sum", labels, sumNanos.sum() / NANOS_PER_SECOND);
    text.sample(name + "_count", labels, cumulative);
  }
}
