package dev.modelfleet.compression.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.compression.CompressionException;
import org.junit.jupiter.api.Test;

/** Metrics on vectors small enough to check by hand. */
class ScoreTest {

  private static Score score(MetricType type, Integer k, long... labels) {
    return Score.of(new Evaluation.Metric(type, null, k, null, null), labels);
  }

  @Test
  void cosineIsTheMeanOverSamples() {
    Score score = score(MetricType.COSINE_SIMILARITY, null);
    score.add(0, new float[] {1, 0}, new float[] {2, 0});
    score.add(1, new float[] {1, 0}, new float[] {1, 1});
    Accuracy accuracy = score.result(0.95, 1);
    double expected = (1 + Math.sqrt(0.5)) / 2;
    assertThat(accuracy.original()).isEqualTo(1);
    assertThat(accuracy.variant()).isCloseTo(expected, within(1e-12));
    assertThat(accuracy.drop()).isCloseTo(1 - expected, within(1e-12));
    assertThat(accuracy.samples()).isEqualTo(2);
  }

  @Test
  void squaredErrorIsRelativeToTheOriginal() {
    Score score = score(MetricType.MEAN_SQUARED_ERROR, null);
    score.add(0, new float[] {3, 4}, new float[] {3, 5});
    assertThat(score.result(0.95, 1).drop()).isCloseTo(1 / 25.0, within(1e-12));
    assertThat(score.result(0.95, 1).original()).isZero();
  }

  @Test
  void topKCountsLabelsAmongTheHighestScores() {
    Score score = score(MetricType.TOP_K_ACCURACY, 2, 0, 1, 2, 2);
    float[] original = {3, 2, 1};
    score.add(0, original, new float[] {1, 2, 3});
    score.add(1, original, new float[] {1, 2, 3});
    score.add(2, new float[] {1, 2, 3}, new float[] {1, 2, 3});
    score.add(3, new float[] {5, 5, 5}, new float[] {1, 2, 3});
    Accuracy accuracy = score.result(0.95, 1);
    assertThat(accuracy.original()).isEqualTo(0.75);
    assertThat(accuracy.variant()).isEqualTo(0.75);
    assertThat(accuracy.drop()).isZero();
    assertThat(accuracy.lost()).isEqualTo(1);
    assertThat(accuracy.gained()).isEqualTo(1);
    assertThat(accuracy.interval().lower()).isNegative();
    assertThat(accuracy.interval().upper()).isGreaterThan(0.5);
  }

  @Test
  void agreementNeedsNoLabels() {
    Score score = score(MetricType.TOP_ONE_AGREEMENT, null);
    score.add(0, new float[] {3, 2, 1}, new float[] {9, 8, 8});
    score.add(1, new float[] {3, 2, 1}, new float[] {3, 4, 1});
    score.add(2, new float[] {1, 1, 0}, new float[] {2, 1, 0});
    score.add(3, new float[] {0, 0, 5}, new float[] {0, 0, 1});
    Accuracy accuracy = score.result(0.95, 1);
    assertThat(accuracy.original()).isEqualTo(1);
    assertThat(accuracy.variant()).isEqualTo(0.75);
    assertThat(accuracy.drop()).isEqualTo(0.25);
    // Wilson's interval of 3 in 4 is 0.3006 to 0.9544.
    assertThat(accuracy.interval().upper()).isCloseTo(1 - 0.3006, within(1e-4));
  }

  @Test
  void withoutALevelThereIsNoInterval() {
    Score score = score(MetricType.COSINE_SIMILARITY, null);
    for (int i = 0; i < 30; i++) {
      score.add(i, new float[] {1, i}, new float[] {1, 2 * i});
    }
    assertThat(score.result(0, 1).interval()).isNull();
    assertThat(score.result(0.95, 1).interval().confidence()).isEqualTo(0.95);
    assertThat(score.result(0.95, 1)).isEqualTo(score.result(0.95, 1));
  }

  @Test
  void labelsThatCannotBelongToTheModelAreAnError() {
    Score outside = score(MetricType.TOP_K_ACCURACY, 1, 3);
    assertThatThrownBy(() -> outside.add(0, new float[3], new float[3]))
        .isInstanceOf(CompressionException.class)
        .hasMessage("label 3 of sample 0 is not one of the model's 3 classes");
    Score wrong = score(MetricType.TOP_K_ACCURACY, 1, 0);
    wrong.add(0, new float[] {0, 1}, new float[] {0, 1});
    assertThatThrownBy(() -> wrong.result(0.95, 1))
        .isInstanceOfSatisfying(
            CompressionException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.DATASET_MISMATCH))
        .hasMessageContaining("the labels do not belong to this model");
  }

  @Test
  void referenceOutputsSurviveSpilling() {
    try (ReferenceOutputs outputs = new ReferenceOutputs()) {
      float[] large = new float[5 << 20];
      large[7] = 42;
      outputs.add(new float[] {1});
      outputs.add(large);
      outputs.add(large.clone());
      outputs.add(new float[] {9, 8});
      assertThat(outputs.get(0)).containsExactly(1);
      assertThat(outputs.get(2)[7]).isEqualTo(42);
      assertThat(outputs.get(3)).containsExactly(9, 8);
    }
  }
}
