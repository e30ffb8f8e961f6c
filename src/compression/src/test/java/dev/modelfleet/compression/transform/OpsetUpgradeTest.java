package dev.modelfleet.compression.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of old operator sets mean the same in a newer one. */
class OpsetUpgradeTest {

  @ParameterizedTest
  @CsvSource({"7, 11", "8, 13", "9, 11", "9, 13", "10, 11", "10, 13", "11, 13"})
  void keepsWhatAModelComputes(long opset, int wanted) {
    OnnxModel model = model(opset);
    float[] before = run(model);

    Canonical.prepare(model, wanted);

    assertThat(model.opset()).isEqualTo(wanted);
    assertThat(run(model)).containsExactly(before, within(1e-5f));
  }

  @Test
  void refusesWhatIsOlder() {
    assertThatThrownBy(() -> Canonical.prepare(model(6), 11))
        .isInstanceOf(StepNotApplicableException.class)
        .hasMessageContaining("operator set 6: export it with operator set 7 or higher");
  }

  private static OnnxModel model(long opset) {
    Graph graph = Graph.named("old");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 3, 6, 6));
    Map<String, Tensor> constants = graph.constants();
    constants.put("scale", Tensor.ofFloats(new float[] {1, 2, 3}, 3));
    constants.put("shift", Tensor.ofFloats(new float[] {0, 1, -1}, 3));
    constants.put("mean", Tensor.ofFloats(new float[] {0.1f, 0.2f, 0.3f}, 3));
    constants.put("variance", Tensor.ofFloats(new float[] {1, 2, 0.5f}, 3));
    List<Node> nodes = graph.nodes();
    nodes.add(node("BatchNormalization", "n", "x", "scale", "shift", "mean", "variance"));
    nodes.add(node("Dropout", "d", "n").with("ratio", 0.25f));
    addLimits(nodes, constants, opset);
    addSlice(nodes, constants, opset);
    constants.put("scales", Tensor.ofFloats(new float[] {1, 1, 2, 3}, 4));
    if (opset == 9 || opset == 10) {
      String operator = opset == 9 ? "Upsample" : "Resize";
      nodes.add(node(operator, "r", "s", "scales").with("mode", "nearest"));
    } else {
      nodes.add(node("Identity", "r", "s"));
    }
    nodes.add(node("Squeeze", "q", "r").with("axes", List.of(0L)));
    nodes.add(node("Softmax", "y", "q").with("axis", 1));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 3, -1, -1));
    return OnnxModel.of(graph, 6, Map.of("", opset));
  }

  private static void addLimits(List<Node> nodes, Map<String, Tensor> constants, long opset) {
    List<Long> pads = List.of(0L, 0L, 1L, 0L, 0L, 0L, 0L, 2L);
    if (opset < 11) {
      nodes.add(node("Clip", "c", "d").with("min", -1f).with("max", 2f));
      nodes.add(node("Pad", "p", "c").with("pads", pads).with("value", 0.5f));
      return;
    }
    constants.put("low", Tensor.ofFloats(new float[] {-1}));
    constants.put("high", Tensor.ofFloats(new float[] {2}));
    constants.put("pads", Tensor.ofLongs(pads.stream().mapToLong(p -> p).toArray(), 8));
    constants.put("half", Tensor.ofFloats(new float[] {0.5f}));
    nodes.add(node("Clip", "c", "d", "low", "high"));
    nodes.add(node("Pad", "p", "c", "pads", "half"));
  }

  private static void addSlice(List<Node> nodes, Map<String, Tensor> constants, long opset) {
    if (opset < 10) {
      nodes.add(
          node("Slice", "s", "p")
              .with("starts", List.of(1L, 0L))
              .with("ends", List.of(6L, -1L))
              .with("axes", List.of(2L, 3L)));
      return;
    }
    constants.put("starts", Tensor.ofLongs(new long[] {1, 0}, 2));
    constants.put("ends", Tensor.ofLongs(new long[] {6, -1}, 2));
    constants.put("axes", Tensor.ofLongs(new long[] {2, 3}, 2));
    nodes.add(node("Slice", "s", "p", "starts", "ends", "axes"));
  }

  private static Node node(String operator, String output, String... inputs) {
    return Node.of(operator, output + "_node", List.of(inputs), List.of(output));
  }

  private static float[] run(OnnxModel model) {
    Random random = new Random(4);
    ByteBuffer bytes = TensorData.direct(3 * 6 * 6 * 4);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian());
    }
    TensorData input = TensorData.of(ElementType.FLOAT, new long[] {1, 3, 6, 6}, bytes.flip());
    try (ModelSession session = ModelSession.open(model.toBytes(), SessionOptions.cpu(1))) {
      return session.run(Map.of("x", input)).get("y").toFloats();
    }
  }
}
