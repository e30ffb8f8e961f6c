package dev.modelfleet.kubectl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What two readings of pods' metrics come to. */
class SamplesTest {

  private static final String BEFORE =
      """
      # TYPE nv_inference_request_success counter
      nv_inference_request_success{model="minilm",version="1"} 100
      nv_inference_request_failure{model="minilm",version="1"} 1
      modelfleet_request_duration_seconds_bucket{model="minilm",le="0.01"} 90
      modelfleet_request_duration_seconds_bucket{model="minilm",le="0.1"} 100
      modelfleet_request_duration_seconds_bucket{model="minilm",le="+Inf"} 100
      """;

  private static final String AFTER =
      BEFORE
          .replace("} 100\nnv", "} 200\nnv")
          .replace("\"0.01\"} 90", "\"0.01\"} 140")
          .replace("\"0.1\"} 100", "\"0.1\"} 200")
          .replace("\"+Inf\"} 100", "\"+Inf\"} 200");

  @Test
  void theDifferenceIsWhatHappenedInBetween() {
    Samples delta = Samples.parse(AFTER).since(Samples.parse(BEFORE));

    assertThat(delta.requests()).isEqualTo(100);
    assertThat(delta.failures()).isZero();
    assertThat(delta.quantile(0.5)).isEqualTo(0.01, within(1e-9));
    assertThat(delta.quantile(0.99)).isEqualTo(0.01 + 0.09 * 49 / 50, within(1e-9));
    assertThat(delta.joules()).isNull();
  }

  @Test
  void aTargetIsARow() {
    var first = Map.of("edge", new TopCommand.Reading(3, 0, Samples.parse(BEFORE)));
    var second = Map.of("edge", new TopCommand.Reading(2, 1, Samples.parse(AFTER)));

    assertThat(TopCommand.table(first, second, Duration.ofSeconds(10), Map.of()))
        .isEqualTo(
            """
            TARGET   PODS   SILENT   REQUESTS/S   FAILURES/S   P50    P99      J/REQUEST
            edge     2      1        10.0         0.0          10ms   98.2ms   -
            """);
  }

  @Test
  void energyIsShownWhereItIsMeasured() {
    var first = Map.of("gpu", new TopCommand.Reading(1, 0, Samples.NONE));
    Samples used =
        Samples.parse("nv_energy_consumption{gpu=\"0\"} 50\nnv_inference_request_success 20");
    var second = Map.of("gpu", new TopCommand.Reading(1, 0, used));

    assertThat(TopCommand.table(first, second, Duration.ofSeconds(2), Map.of()))
        .contains("10.0", "2.5");
    assertThat(TopCommand.table(second, second, Duration.ofSeconds(2), Map.of("gpu", "0.125")))
        .contains("0.125");
  }
}
