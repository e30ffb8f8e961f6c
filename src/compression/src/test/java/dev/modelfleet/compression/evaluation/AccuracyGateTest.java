package dev.modelfleet.compression.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Trial;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AccuracyGateTest {

  private static Accuracy topOne(int samples, int both, int lost, int gained) {
    PairedHits hits = new PairedHits(both, lost, gained);
    double[] ends = hits.interval(NormalDistribution.quantile(0.975));
    return new Accuracy(
        MetricType.TOP_K_ACCURACY,
        (double) (both + lost) / samples,
        (double) (both + gained) / samples,
        hits.drop(),
        samples,
        new Accuracy.Interval(0.95, ends[0], ends[1]),
        lost,
        gained);
  }

  private static Accuracy cosine(double drop, Accuracy.Interval interval, int samples) {
    return new Accuracy(
        MetricType.COSINE_SIMILARITY, 1, 1 - drop, drop, samples, interval, null, null);
  }

  private static Accuracy.Interval upTo(double upper) {
    return new Accuracy.Interval(0.95, 0, upper);
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        argumentSet("no limit", cosine(0.5, null, 5), null, 0.95, null, null),
        argumentSet("within", cosine(0.006, upTo(0.0074), 100), 0.01, 0.95, null, null),
        argumentSet(
            "the measured loss is above",
            cosine(0.194, upTo(0.2), 100),
            0.01,
            0.95,
            Trial.ACCURACY_BELOW_GATE,
            "cosine 0.8060 against 1.0000 of the original: 19.4% lost is above the limit of 1%"),
        argumentSet(
            "only the upper end is above",
            cosine(0.006, upTo(0.014), 30),
            0.01,
            0.95,
            Trial.ACCURACY_UNCERTAIN,
            "0.6% lost on 30 samples, and with 95% confidence up to 1.4%, which is above the limit"
                + " of 1%: about 120 samples like these would prove it"),
        argumentSet("the measured loss alone", cosine(0.006, null, 30), 0.01, 0.0, null, null),
        argumentSet(
            "too few for an interval",
            cosine(0.006, null, 8),
            0.01,
            0.95,
            Trial.ACCURACY_UNCERTAIN,
            "8 samples are too few for a 95% interval, which takes 10: add samples, or set"
                + " evaluation.confidence: 0%"),
        argumentSet(
            "a hundred equal answers do not prove one percent",
            topOne(100, 100, 0, 0),
            0.01,
            0.95,
            Trial.ACCURACY_UNCERTAIN,
            "accuracy 1.0000 against 1.0000 of the original: 0% lost on 100 samples, and with 95%"
                + " confidence up to 3.7%, which is above the limit of 1%: about 390 samples like"
                + " these would prove it"),
        argumentSet("four hundred do", topOne(400, 400, 0, 0), 0.01, 0.95, null, null),
        argumentSet(
            "no number of samples proves a limit at the loss",
            topOne(1000, 980, 10, 0),
            10 / 990.0,
            0.95,
            Trial.ACCURACY_UNCERTAIN,
            "is above the limit of 1.01%"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void judges(Accuracy accuracy, Double limit, double confidence, String reason, String message) {
    var miss = new AccuracyGate(limit, confidence).judge(accuracy);

    assertThat(miss.map(AccuracyGate.Miss::reason).orElse(null)).isEqualTo(reason);
    if (message != null) {
      assertThat(miss.orElseThrow().message()).contains(message);
    }
  }
}
