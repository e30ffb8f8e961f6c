package dev.modelfleet.compression.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.TransformContext;
import dev.modelfleet.compression.transform.ValueTypes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are in no file. */
class ModelInMemoryTest {

  @Test
  void lendsWeightsToTheEngineThatSimplificationComputed() {
    Graph graph = Graph.named("folded");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 32));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 32));
    float[] ones = new float[32 * 32];
    Arrays.fill(ones, 1);
    graph.constants().put("half", Tensor.ofFloats(ones, 32, 32));
    graph.nodes().add(Node.of("Add", "sum", List.of("half", "half"), List.of("weights")));
    graph.nodes().add(Node.of("MatMul", "product", List.of("x", "weights"), List.of("y")));
    OnnxModel model = OnnxModel.of(graph, 8, Map.of("", 13L));
    new Simplify().apply(model, new TransformContext(null, Optional.empty(), 0));
    assertThat(graph.nodes()).hasSize(1);

    float[] x = new float[32];
    x[3] = 1;
    try (ModelSession session = ModelInMemory.open(model, SessionOptions.cpu(1))) {
      float[] y = session.run(Map.of("x", TensorData.ofFloats(x, 1, 32))).get("y").toFloats();
      assertThat(y).containsOnly(2);
    }
  }

  /** {@code y = x · w}, all of w the same. */
  private static OnnxModel product(float weight) {
    float[] weights = new float[32 * 32];
    Arrays.fill(weights, weight);
    Graph graph = Graph.named("product");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 32));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 32));
    graph.constants().put("w", Tensor.ofFloats(weights, 32, 32));
    graph.nodes().add(Node.of("MatMul", "product", List.of("x", "w"), List.of("y")));
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  private static float firstOutput(OnnxModel model) {
    float[] x = new float[32];
    x[3] = 1;
    OnnxModel inMemory = model.withGraph(model.graph().copy());
    try (ModelSession session = ModelInMemory.open(inMemory, SessionOptions.cpu(1))) {
      return session.run(Map.of("x", TensorData.ofFloats(x, 1, 32))).get("y").toFloats()[0];
    }
  }

  @Test
  void readsWeightsFromTheirFileUntilAnotherTakesItsPlace(@TempDir Path directory) {
    Path file = product(2).save(directory);
    OnnxModel read = OnnxModel.load(file, LoadLimits.DEFAULT);
    Tensor weights = read.graph().constants().get("w");
    assertThat(weights.directory()).contains(directory.toAbsolutePath());
    assertThat(firstOutput(read)).isEqualTo(2);

    product(5).save(directory);
    assertThat(weights.directory()).isEmpty();
    assertThat(firstOutput(read)).isEqualTo(2);
    assertThat(firstOutput(OnnxModel.load(file, LoadLimits.DEFAULT))).isEqualTo(5);
  }
}
