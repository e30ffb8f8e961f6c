package dev.modelfleet.runtime.serve.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One thread for each inference, or all for one. */
class ThreadChoiceTest {

  private static final int THREADS = 4;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // case, ms alone with 4 and with 1, a second together with 4 and with 1, budget, threads
    "threads that only wait for each other, 1.0, 0.9, 1000, 1600, 0, 1",
    "more is gained than lost, 2, 3, 1000, 1600, 0, 1",
    "as much is gained as lost, 2, 4, 1000, 2000, 0, 1",
    "more is lost than gained, 10, 36, 100, 120, 0, 4",
    "one thread is in the budget, 1.0, 1.2, 1000, 1600, 3, 1",
    "one thread misses the budget, 1.0, 1.2, 1000, 1600, 2, 4",
  })
  void chooses(
      String name,
      double sharedMillis,
      double singleMillis,
      double sharedPerSecond,
      double singlePerSecond,
      double budget,
      int threads) {
    Pace shared = new Pace(sharedMillis, 2 * sharedMillis, sharedPerSecond);
    Pace single = new Pace(singleMillis, 2 * singleMillis, singlePerSecond);
    ThreadChoice choice = ThreadChoice.between(THREADS, shared, single, budget);
    assertThat(choice.threads()).isEqualTo(threads);
    assertThat(choice.reason()).contains("measured with the golden inputs");
  }

  @ParameterizedTest(name = "{0} ms")
  @CsvSource({"0.1, true", "50, true", "50.1, false"})
  void onlyShortInferencesAreMeasured(double millis, boolean open) {
    Pace shared = new Pace(millis, millis, 1000 / millis);
    assertThat(ThreadChoice.isOpen(shared)).isEqualTo(open);
    assertThat(ThreadChoice.forLong(THREADS, shared).threads()).isEqualTo(THREADS);
  }
}
