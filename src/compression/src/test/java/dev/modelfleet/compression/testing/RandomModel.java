package dev.modelfleet.compression.testing;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Valid models made at random: convolutional ones with residual sums, concatenations, depthwise
 * convolutions and normalizations, and attention ones with embeddings, decomposed layer norms and
 * the reshape chains of exporters. Weights are scaled so that activations keep their size.
 */
public final class RandomModel {

  private final Random random;
  private final Graph graph = Graph.named("random");
  private final NameSource names = graph.names();
  private final int opset;

  private RandomModel(long seed, int opset) {
    this.random = new Random(seed);
    this.opset = opset;
  }

  /** Input {@code x} FP32 [1, 3, 16, 16], output scores of 10 classes. */
  public static OnnxModel convolutional(long seed) {
    RandomModel model = new RandomModel(seed, 13 + (int) (seed % 3));
    model.buildConvolutional();
    return model.finish();
  }

  /** Input {@code ids} INT64 [1, tokens], output [1, tokens, 32]; operator set 11 or higher. */
  public static OnnxModel attention(long seed) {
    RandomModel model = new RandomModel(seed, 11 + (int) (seed % 4));
    model.buildAttention();
    return model.finish();
  }

  private OnnxModel finish() {
    return OnnxModel.of(graph, opset < 13 ? 6 : 8, Map.of("", (long) opset));
  }

  private void buildConvolutional() {
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 3, 16, 16));
    int channels = 16;
    String value = conv("x", 3, channels, 3, 1);
    List<String> sameShape = new ArrayList<>(List.of(value));
    int size = 16;
    for (int block = 0, blocks = 2 + random.nextInt(5); block < blocks; block++) {
      switch (random.nextInt(7)) {
        case 0 -> value = activate(conv(value, channels, channels, 3, channels));
        case 1 -> value = activate(norm(conv(value, channels, channels, 3, 1), channels));
        case 2 ->
            value = activate(add("Add", value, sameShape.get(random.nextInt(sameShape.size()))));
        case 3 -> {
          String other = conv(value, channels, 8, 1, 1);
          value = node("Concat", List.of(value, other)).with("axis", 1).output(0);
          channels += 8;
          sameShape.clear();
        }
        case 4 -> {
          if (size > 4) {
            value =
                node(random.nextBoolean() ? "MaxPool" : "AveragePool", List.of(value))
                    .with("kernel_shape", List.of(2L, 2L))
                    .with("strides", List.of(2L, 2L))
                    .output(0);
            size /= 2;
            sameShape.clear();
          }
        }
        case 5 -> value = noise(value);
        default -> value = gate(value, channels);
      }
      sameShape.add(value);
    }
    String pooled = node("GlobalAveragePool", List.of(value)).output(0);
    String flat = node("Flatten", List.of(pooled)).output(0);
    String hidden =
        node("Gemm", List.of(flat, weights(64, channels), weights(64))).with("transB", 1).output(0);
    output(node("Gemm", List.of(activate(hidden), weights(64, 20), weights(20))).output(0), 1, 20);
  }

  private void buildAttention() {
    graph.inputs().add(ValueTypes.valueInfo("ids", ElementType.INT64, 1, 12));
    String value = node("Gather", List.of(weights(100, 32), "ids")).output(0);
    for (int layer = 0, layers = 1 + random.nextInt(2); layer < layers; layer++) {
      value = layerNorm(add("Add", value, attentionLayer(value)));
      String hidden = linear(value, 32, 64);
      String activated = node(random.nextBoolean() ? "Relu" : "Tanh", List.of(hidden)).output(0);
      value = layerNorm(add("Add", noise(value), linear(activated, 64, 32)));
    }
    output(value, 1, 12, 32);
  }

  private String attentionLayer(String value) {
    String query = heads(linear(value, 32, 32), 0, 2, 1, 3);
    String key = heads(linear(value, 32, 32), 0, 2, 3, 1);
    String values = heads(linear(value, 32, 32), 0, 2, 1, 3);
    String scores = node("MatMul", List.of(query, key)).output(0);
    String scaled = node("Div", List.of(scores, scalar(4))).output(0);
    String weights = node("Softmax", List.of(scaled)).with("axis", 3).output(0);
    String mixed = node("MatMul", List.of(weights, values)).output(0);
    String back = node("Transpose", List.of(mixed)).with("perm", List.of(0L, 2L, 1L, 3L)).output(0);
    return linear(reshape(back, 0, 0, 32), 32, 32);
  }

  /** As exporters write it: the shape is put together from the shape of the value. */
  private String heads(String value, long... permutation) {
    String shape = node("Shape", List.of(value)).output(0);
    String tokens = node("Gather", List.of(shape, longs(1))).with("axis", 0).output(0);
    String target =
        node("Concat", List.of(longs(1), tokens, longs(2), longs(-1))).with("axis", 0).output(0);
    String split = node("Reshape", List.of(value, target)).output(0);
    List<Long> order = new ArrayList<>();
    for (long axis : permutation) {
      order.add(axis);
    }
    return node("Transpose", List.of(split)).with("perm", order).output(0);
  }

  private String linear(String value, int in, int out) {
    String product = node("MatMul", List.of(value, weights(in, out))).output(0);
    return add("Add", weights(out), product);
  }

  private String layerNorm(String value) {
    String centred = add("Sub", value, mean(value));
    String squares = node("Pow", List.of(centred, scalar(2))).output(0);
    String deviation = node("Sqrt", List.of(add("Add", mean(squares), scalar(1e-5f)))).output(0);
    return add("Add", add("Mul", add("Div", centred, deviation), around(1, 32)), around(0, 32));
  }

  private String mean(String value) {
    return node("ReduceMean", List.of(value)).with("axes", List.of(-1L)).output(0);
  }

  private String conv(String value, int in, int out, int kernel, int group) {
    List<String> inputs = new ArrayList<>(List.of(value, weights(out, in / group, kernel, kernel)));
    if (random.nextBoolean()) {
      inputs.add(around(0, out));
    }
    long pad = kernel / 2;
    return node("Conv", inputs)
        .with("kernel_shape", List.of((long) kernel, (long) kernel))
        .with("pads", List.of(pad, pad, pad, pad))
        .with("group", group)
        .output(0);
  }

  private String norm(String value, int channels) {
    return node(
            "BatchNormalization",
            List.of(
                value,
                around(1, channels),
                around(0, channels),
                around(0, channels),
                around(1, channels)))
        .output(0);
  }

  /** A squeeze-and-excitation gate. */
  private String gate(String value, int channels) {
    String pooled = node("GlobalAveragePool", List.of(value)).output(0);
    String gate = node("Sigmoid", List.of(conv(pooled, channels, channels, 1, 1))).output(0);
    return add("Mul", value, gate);
  }

  private String activate(String value) {
    return switch (random.nextInt(4)) {
      case 0 -> node("Clip", List.of(value, scalar(0), scalar(6))).output(0);
      case 1 -> node("LeakyRelu", List.of(value)).with("alpha", 0.1f).output(0);
      default -> node("Relu", List.of(value)).output(0);
    };
  }

  /** What simplification has to remove. */
  private String noise(String value) {
    return switch (random.nextInt(5)) {
      case 0 -> node("Identity", List.of(value)).output(0);
      case 1 -> add("Add", value, add("Mul", scalar(0.25f), scalar(0.5f)));
      case 2 -> node("Dropout", List.of(value)).output(0);
      case 3 ->
          node(
                  "Cast",
                  List.of(
                      node("Cast", List.of(value)).with("to", ElementType.DOUBLE.code()).output(0)))
              .with("to", ElementType.FLOAT.code())
              .output(0);
      default -> add("Mul", value, value);
    };
  }

  private String add(String operator, String a, String b) {
    return node(operator, List.of(a, b)).output(0);
  }

  private String reshape(String value, long... shape) {
    return node("Reshape", List.of(value, longs(shape))).output(0);
  }

  private Node node(String operator, List<String> inputs) {
    Node node = Node.of(operator, names.fresh(operator), inputs, List.of(names.fresh("v")));
    graph.nodes().add(node);
    return node;
  }

  private void output(String value, long... shape) {
    graph.outputs().add(ValueTypes.valueInfo(value, ElementType.FLOAT, shape));
  }

  private String weights(int... shape) {
    int size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    double deviation =
        shape.length < 2
            ? 0.1
            : 1.3 / Math.sqrt((double) size / Math.max(shape[0], shape[shape.length - 1]));
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return constant(Tensor.ofFloats(values, Arrays.stream(shape).asLongStream().toArray()));
  }

  private String around(float centre, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = centre + random.nextFloat() * 0.2f;
    }
    return constant(Tensor.ofFloats(values, size));
  }

  private String scalar(float value) {
    return constant(Tensor.ofFloats(new float[] {value}));
  }

  private String longs(long... values) {
    return constant(Tensor.ofLongs(values, values.length));
  }

  private String constant(Tensor tensor) {
    String name = names.fresh("c");
    graph.constants().put(name, tensor);
    return name;
  }
}
