package dev.modelfleet.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Pooling;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.runtime.Benchmark;
import dev.modelfleet.compression.runtime.Golden;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.testing.MiniLm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is read and written again computes the same, and its golden inputs agree. */
class MiniLmRoundTripTest {

  private static final Evaluation.Metric METRIC =
      new Evaluation.Metric(
          MetricType.COSINE_SIMILARITY, "last_hidden_state", null, Pooling.MEAN, "attention_mask");

  @TempDir Path directory;

  @Test
  void keepsWhatTheModelComputes() throws Exception {
    OnnxModel original = OnnxModel.load(MiniLm.model(), LoadLimits.DEFAULT);
    assertThat(original.sizeBytes()).isEqualTo(Files.size(MiniLm.model()));
    assertThat(original.opset()).isEqualTo(11);
    assertThat(original.inputs())
        .extracting("name")
        .containsExactly("input_ids", "attention_mask", "token_type_ids");

    OnnxModel copy = original.copy();
    copy.save(directory);
    assertThat(copy.sizeBytes()).isCloseTo(original.sizeBytes(), within(10_000L));

    Path npz =
        MiniLm.dataset(directory.resolve("evaluation.npz"), MiniLm.evaluationSentences(8), 64);
    try (Dataset data = Dataset.npz(npz)) {
      Accuracy accuracy = Evaluator.evaluate(original, copy, METRIC, data);
      assertThat(accuracy.variant()).isCloseTo(1, within(1e-6));
      assertThat(accuracy.samples()).isEqualTo(8);
      Latency latency = Benchmark.latency(copy.file().orElseThrow(), data, 1, 5, 2);
      assertThat(latency.p50Millis()).isPositive();

      Path golden = directory.resolve("golden.npz");
      assertThat(Golden.create(copy, data, 3, 7, golden)).isEqualTo(3);
      try (ModelSession session =
          ModelSession.open(copy.file().orElseThrow(), SessionOptions.cpu(1))) {
        ProbeResult.GoldenAgreement agreement = Golden.replay(session, golden, 0.9999);
        assertThat(agreement.agrees()).isTrue();
        assertThat(agreement.samples()).isEqualTo(3);
      }
    }
  }
}
