package dev.modelfleet.runtime.serve.model;

import java.util.List;

/**
 * How requests of equal shape are joined to one run of the model.
 *
 * @param maxSize largest number of items that are run together; 0 where requests are not joined
 * @param preferredSizes sizes that are run as soon as they are reached, smallest first
 * @param maxDelayMicros longest time that a request waits for company while the model is at work;
 *     while it is idle nothing waits
 * @param pad whether a batch is filled up with zeros to the next preferred size
 */
public record Batching(
    int maxSize, List<Integer> preferredSizes, long maxDelayMicros, boolean pad) {

  /** Every request runs alone. */
  public static final Batching NONE = new Batching(0, List.of(), 0, false);

  /**
   * Sorts and checks the sizes.
   *
   * @throws IllegalArgumentException naming the value that does not fit
   */
  public Batching {
    preferredSizes = preferredSizes.stream().sorted().distinct().toList();
    if (maxSize < 0) {
      throw new IllegalArgumentException(
          "the largest batch size is " + maxSize + ", must be 0 (no batching) or more");
    }
    for (int size : preferredSizes) {
      if (size < 1 || size > maxSize) {
        throw new IllegalArgumentException(
            "preferred batch size %d is not between 1 and the largest batch size %d"
                .formatted(size, maxSize));
      }
    }
    if (maxDelayMicros < 0) {
      throw new IllegalArgumentException(
          "the batch delay is " + maxDelayMicros + " µs, must not be negative");
    }
    if (pad && preferredSizes.isEmpty()) {
      throw new IllegalArgumentException("padding needs preferred batch sizes to fill up to");
    }
  }

  /** Whether requests are joined at all. */
  public boolean isOn() {
    return maxSize > 0;
  }

  /**
   * How many of the items that wait are to run now.
   *
   * @param waiting items that could run together
   * @param idle whether nothing runs at the moment
   * @param delayOver whether the first of them has waited for {@link #maxDelayMicros}
   * @return 0 to wait for more
   */
  int take(int waiting, boolean idle, boolean delayOver) {
    if (waiting >= maxSize) {
      return maxSize;
    }
    if (idle || delayOver) {
      return waiting;
    }
    int preferred = 0;
    for (int size : preferredSizes) {
      if (size <= waiting) {
        preferred = size;
      }
    }
    return preferred;
  }

  /** The size at which {@code items} are run, padding included. */
  int padded(int items) {
    if (pad) {
      for (int size : preferredSizes) {
        if (size >= items) {
          return size;
        }
      }
    }
    return items;
  }
}
