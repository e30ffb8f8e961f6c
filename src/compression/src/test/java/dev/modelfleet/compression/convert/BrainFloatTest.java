package dev.modelfleet.compression.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.FloatType;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.TransformContext;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights in BF16: how they are rounded, and that the model computes with what is stored. */
class BrainFloatTest {

  private static final TransformContext CONTEXT = new TransformContext(null, Optional.empty(), 1);
  private static final int WIDTH = 192;

  /** But for what is clamped and the digits of NaN, the bits are those of ml_dtypes 0.6. */
  @ParameterizedTest(name = "{0}: {1} to {2}")
  @CsvSource({
    "one,                       3f800000, 3f80",
    "pi,                        40490fdb, 4049",
    "minus zero,                80000000, 8000",
    "halfway to the even below, 3f808000, 3f80",
    "halfway to the even above, 3f818000, 3f82",
    "just above half,           3f808001, 3f81",
    "just below half,           3f817fff, 3f81",
    "into the next power,       3fffffff, 4000",
    "smallest normal,           00800000, 0080",
    "subnormal,                 00018000, 0002",
    "vanishes,                  00000001, 0000",
    "largest that fits,         7f7f7fff, 7f7f",
    "clamped,                   7f7fffff, 7f7f",
    "clamped below zero,        ff7f8000, ff7f",
    "infinity,                  7f800000, 7f80",
    "minus infinity,            ff800000, ff80",
    "NaN of low digits,         7f800001, 7fc0",
    "NaN below zero,            ffc12345, ffc1",
  })
  void roundsToNearest(String name, String from, String to) {
    float value = Float.intBitsToFloat((int) HexFormat.fromHexDigitsToLong(from));

    assertThat(HexFormat.of().toHexDigits(BrainFloat.round(value))).isEqualTo(to);
  }

  /** {@code y = rows of w that ids names · w, transposed}: a table whose weights are tied. */
  private static OnnxModel model() {
    Random random = new Random(5);
    float[] weights = new float[WIDTH * WIDTH];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    Graph graph = Graph.named("tied");
    graph.constants().put("w", Tensor.ofFloats(weights, WIDTH, WIDTH));
    graph.constants().put("b", Tensor.ofFloats(new float[WIDTH], WIDTH));
    graph.inputs().add(ValueTypes.valueInfo("ids", ElementType.INT64, 3));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 3, WIDTH));
    graph.nodes().add(Node.of("Gather", "rows", List.of("w", "ids"), List.of("x")));
    graph
        .nodes()
        .add(Node.of("Gemm", "product", List.of("x", "w", "b"), List.of("y")).with("transB", 1));
    return OnnxModel.of(graph, 8, Map.of("", 12L));
  }

  @Test
  void theEngineComputesWithWhatIsStored() {
    OnnxModel original = model();
    OnnxModel variant = original.copy();
    new BrainFloatStorage().apply(variant, CONTEXT);
    new Simplify().apply(variant, CONTEXT);

    assertThat(variant.sizeBytes()).isLessThan(original.sizeBytes() * 55 / 100);
    assertThat(variant.graph().constants().get("b").type()).isEqualTo(ElementType.FLOAT);
    assertThat(variant.graph().nodes())
        .filteredOn(node -> node.is("Gather"))
        .allSatisfy(
            node ->
                assertThat(variant.graph().constants().get(node.input(0)).type())
                    .isEqualTo(ElementType.BFLOAT16));

    float[] rounded =
        BrainFloat.of(original.graph().constants().get("w")).asTensorData().toFloats();
    long[] ids = {7, 0, 63};
    float[] y;
    try (ModelSession session = ModelInMemory.open(variant, SessionOptions.cpu(1))) {
      y = session.run(Map.of("ids", TensorData.ofLongs(ids, ids.length))).get("y").toFloats();
    }
    for (int sample = 0; sample < ids.length; sample++) {
      for (int channel = 0; channel < WIDTH; channel++) {
        double expected = 0;
        for (int i = 0; i < WIDTH; i++) {
          expected +=
              (double) rounded[(int) ids[sample] * WIDTH + i] * rounded[channel * WIDTH + i];
        }
        assertThat((double) y[sample * WIDTH + channel]).isCloseTo(expected, within(1e-4));
      }
    }
  }

  @Test
  void refusesWhatChangesNothing() {
    OnnxModel stored = model();
    new BrainFloatStorage().apply(stored, CONTEXT);

    assertThatThrownBy(() -> new BrainFloatStorage().apply(stored, CONTEXT))
        .isInstanceOf(StepNotApplicableException.class)
        .hasMessageContaining("no FP32 weights");
    assertThatThrownBy(() -> new Step.Convert(FloatType.BF16, false))
        .hasMessageContaining("convert.keepInputsAndOutputs is false with precision BF16");
  }
}
