package dev.modelfleet.compression.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.CalibrationMethod;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.transform.ValueTypes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every method on a graph whose only activation is its input. */
class CalibrationMethodsTest {

  private static final int SAMPLES = 150;

  @TempDir Path directory;

  private static OnnxModel identity() {
    Graph graph = Graph.named("identity");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 1000));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 1000));
    graph.nodes().add(Node.of("Relu", "relu", List.of("x"), List.of("y")));
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  private static List<float[]> samples(Dataset data, OnnxModel model) {
    List<float[]> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      samples.add(data.sample(i, model.inputs()).get("x").toFloats());
    }
    return samples;
  }

  @ParameterizedTest
  @EnumSource(CalibrationMethod.class)
  void staysWithinWhatWasSeen(CalibrationMethod method) {
    OnnxModel model = identity();
    try (Dataset data = RandomData.of(model, SAMPLES, 1, directory.resolve("d.npz"))) {
      Map<String, Range> ranges = Calibration.run(method, model, List.of("x", "y"), data, false);
      float min = 0;
      float max = 0;
      for (float[] sample : samples(data, model)) {
        for (float value : sample) {
          min = Math.min(min, value);
          max = Math.max(max, value);
        }
      }
      assertThat(ranges.keySet()).containsExactly("x", "y");
      assertThat(ranges.get("x").min()).isBetween(min, min * 0.4f);
      assertThat(ranges.get("x").max()).isBetween(max * 0.4f, max);
      assertThat(ranges.get("y").min()).isZero();
      assertThat(ranges.get("y").max()).isBetween(max * 0.4f, max);
    }
  }

  @Test
  void movingAverageForgets() {
    OnnxModel model = identity();
    try (Dataset data = RandomData.of(model, SAMPLES, 2, directory.resolve("d.npz"))) {
      Range range =
          Calibration.run(CalibrationMethod.MOVING_AVERAGE, model, List.of("x"), data, false)
              .get("x");
      double mean = 0;
      List<float[]> samples = samples(data, model);
      for (int i = 0; i < SAMPLES; i++) {
        float largest = 0;
        for (float value : samples.get(i)) {
          largest = Math.max(largest, value);
        }
        mean = i < 100 ? (mean * i + largest) / (i + 1) : mean * 0.99 + largest * 0.01;
      }
      assertThat((double) range.max()).isCloseTo(mean, within(1e-5));
    }
  }
}
