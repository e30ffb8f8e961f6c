package dev.modelfleet.runtime.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchingTest {

  private static final Batching BATCHING = new Batching(8, List.of(4, 2), 500, true);

  @ParameterizedTest(name = "{0} waiting, idle {1}, delay over {2}: {3}")
  @CsvSource({
    "1, true, false, 1",
    "3, true, false, 3",
    "1, false, false, 0",
    "1, false, true, 1",
    "2, false, false, 2",
    "3, false, false, 2",
    "3, false, true, 3",
    "5, false, false, 4",
    "8, false, false, 8",
    "20, false, false, 8",
    "20, true, true, 8",
  })
  void whatIsRunNow(int waiting, boolean idle, boolean delayOver, int taken) {
    assertThat(BATCHING.take(waiting, idle, delayOver)).isEqualTo(taken);
  }

  @ParameterizedTest(name = "{0} items run as {1}")
  @CsvSource({"1, 2", "2, 2", "3, 4", "4, 4", "5, 5", "8, 8"})
  void paddingGoesToTheNextPreferredSize(int items, int padded) {
    assertThat(BATCHING.padded(items)).isEqualTo(padded);
    assertThat(new Batching(8, List.of(2, 4), 500, false).padded(items)).isEqualTo(items);
  }

  @Test
  void sizesThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> new Batching(8, List.of(16), 0, false))
        .hasMessageContaining("preferred batch size 16 is not between 1 and")
        .hasMessageContaining("8");
    assertThatThrownBy(() -> new Batching(-1, List.of(), 0, false)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new Batching(4, List.of(), -5, false)).hasMessageContaining("-5 µs");
    assertThatThrownBy(() -> new Batching(4, List.of(), 0, true))
        .hasMessageContaining("padding needs preferred batch sizes");
  }
}
