package dev.modelfleet.runtime.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.compression.evaluation.AccuracyGate;
import dev.modelfleet.compression.evaluation.AccuracyGate.Miss;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GateCheckTest {

  private static final Requests REQUEST = Requests.of("registry.example");

  static Stream<Arguments> recipes() {
    Requests int8Only = REQUEST.precisions(Precision.INT8);
    return Stream.of(
        argumentSet("any precision runs", REQUEST, Requests.HALF, null),
        argumentSet("runs int8", int8Only, Requests.DYNAMIC, null),
        argumentSet("no fp16", int8Only, Requests.HALF, Trial.PRECISION_NOT_SUPPORTED),
        argumentSet(
            "ruled out on the device",
            REQUEST.excluded("fp16"),
            Requests.HALF,
            Trial.RULED_OUT_ON_DEVICE),
        argumentSet(
            "precision before what was ruled out",
            int8Only.excluded("fp16"),
            Requests.HALF,
            Trial.PRECISION_NOT_SUPPORTED));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void beforeTrying(Requests request, Recipe recipe, String reason) {
    assertThat(reason(GateCheck.beforeTrying(recipe, request.build()))).isEqualTo(reason);
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        argumentSet("no gate", Long.MAX_VALUE, null, null),
        argumentSet("below", 24_999_999L, 25_000_000L, null),
        argumentSet("at the limit", 25_000_000L, 25_000_000L, null),
        argumentSet("above", 25_000_001L, 25_000_000L, Trial.SIZE_ABOVE_GATE));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void size(long size, Long limit, String reason) {
    Optional<Miss> miss = GateCheck.size(size, new Gates(null, limit, null, null));

    assertThat(reason(miss)).isEqualTo(reason);
    miss.ifPresent(m -> assertThat(m.message()).contains("25,000,001", "25,000,000"));
  }

  static Stream<Arguments> accuracies() {
    return Stream.of(
        argumentSet("no gate", 0.5, 0.5, null, null),
        argumentSet("below", 0.994, 0.006, 0.01, null),
        argumentSet("at the limit", 0.99, 0.01, 0.01, null),
        argumentSet("above", 0.806, 0.194, 0.01, Trial.ACCURACY_BELOW_GATE),
        argumentSet("better than the original", 1.1, -0.1, 0.0, null),
        argumentSet("NaN without a gate", Double.NaN, Double.NaN, null, Trial.NOT_FINITE),
        argumentSet("infinite", 1.0, Double.POSITIVE_INFINITY, 0.01, Trial.NOT_FINITE));
  }

  @ParameterizedTest
  @MethodSource("accuracies")
  void accuracy(double score, double drop, Double limit, String reason) {
    Accuracy accuracy = new Accuracy(MetricType.COSINE_SIMILARITY, 1, score, drop, 100);

    Optional<Miss> miss = GateCheck.accuracy(accuracy, new AccuracyGate(limit, 0));

    assertThat(reason(miss)).isEqualTo(reason);
    if (Trial.ACCURACY_BELOW_GATE.equals(reason)) {
      assertThat(miss.orElseThrow().message())
          .isEqualTo(
              "cosine 0.8060 against 1.0000 of the original: 19.4% lost is above the limit of 1%");
    }
  }

  private static String reason(Optional<Miss> miss) {
    return miss.map(Miss::reason).orElse(null);
  }
}
