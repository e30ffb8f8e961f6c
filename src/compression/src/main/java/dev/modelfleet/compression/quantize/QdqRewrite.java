package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes a plan into the graph as QuantizeLinear and DequantizeLinear nodes. */
final class QdqRewrite {

  private final Graph graph;
  private final QdqPlan plan;
  private final Map<String, ActivationParameters> parameters;
  private final Granularity granularity;
  private final WeightStorage storage;
  private final Uses uses;
  private final GraphEdit edit;
  private final Map<String, String> expanded = new HashMap<>();
  private final Map<String, String[]> parameterNames = new HashMap<>();
  private int tables;

  /**
   * @param parameters of the values that have a scale of their own
   */
  QdqRewrite(
      Graph graph,
      QdqPlan plan,
      Map<String, ActivationParameters> parameters,
      Granularity granularity,
      WeightStorage storage) {
    this.graph = graph;
    this.plan = plan;
    this.parameters = parameters;
    this.granularity = granularity;
    this.storage = storage;
    this.uses = new Uses(graph);
    this.edit = new GraphEdit(graph);
  }

  /** Number of embedding tables quantized. */
  int tables() {
    return tables;
  }

  /**
   * @param choice which embedding tables are quantized too
   */
  void run(OperatorChoice choice) {
    for (Node node : edit.originalNodes()) {
      Tensor table =
          node.is("Gather") && choice.includes(node)
              ? WeightSites.of(graph, node).orElse(null)
              : null;
      if (table != null) {
        EmbeddingTable.replace(edit, node, table);
        tables++;
        continue;
      }
      String activation = node.input(0);
      readIntegers(node);
      if (plan.weighted().contains(node)) {
        quantizeWeights(node, parameters.get(plan.root(activation)).scale());
      }
      edit.add(node);
      for (int i = 0; i < node.outputs().size(); i++) {
        if (plan.isInteger(node.output(i))) {
          giveInteger(node, i);
        }
      }
    }
    edit.finish();
  }

  /** Inputs from integer values, and of integer nodes the activations that become integers here. */
  private void readIntegers(Node node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      String input = node.input(i);
      if (plan.isInteger(input)) {
        node.inputs().set(i, expanded.get(input));
      } else if (i == 0 && plan.weighted().contains(node)) {
        node.inputs().set(0, expanded.computeIfAbsent(input, v -> quantize(v, v, null)));
      }
    }
  }

  private void giveInteger(Node node, int index) {
    String value = node.output(index);
    if (!uses.isPinned(value)) {
      expanded.put(value, quantize(value, value, null));
      return;
    }
    // Graph outputs and subgraphs go on reading floating point under the old name.
    String raw = edit.fresh(value + "_raw");
    node.outputs().set(index, raw);
    expanded.put(value, quantize(value, raw, value));
  }

  /**
   * Adds QuantizeLinear and DequantizeLinear.
   *
   * @param value whose parameters are used
   * @param source name under which the value is computed
   * @param result name of the expanded value; null for a fresh one
   */
  private String quantize(String value, String source, String result) {
    String[] names = parameterNames(plan.root(value));
    String quantized = edit.fresh(value + "_quantized");
    String output = result == null ? edit.fresh(value + "_dequantized") : result;
    // The default operator set has 16-bit forms from version 21 on, ONNX Runtime's own always had.
    boolean wide = parameters.get(plan.root(value)).type() == ActivationType.UINT16;
    String domain = wide ? BlockRewrite.DOMAIN : "";
    edit.add(
        Node.of(
                "QuantizeLinear",
                quantized,
                List.of(source, names[0], names[1]),
                List.of(quantized))
            .inDomain(domain));
    edit.add(
        Node.of(
                "DequantizeLinear",
                output + "_dequantize",
                List.of(quantized, names[0], names[1]),
                List.of(output))
            .inDomain(domain));
    return output;
  }

  private String[] parameterNames(String root) {
    return parameterNames.computeIfAbsent(
        root,
        value -> {
          ActivationParameters made = parameters.get(value);
          return new String[] {
            edit.constant(value + "_scale", made.scaleTensor()),
            edit.constant(value + "_zero_point", made.zeroPointTensor())
          };
        });
  }

  private void quantizeWeights(Node node, float inputScale) {
    String name = node.input(1);
    Tensor weights = graph.constants().get(name);
    int channelAxis = WeightSites.channelAxis(node);
    int axis = granularity == Granularity.PER_CHANNEL ? channelAxis : Int8Weights.PER_TENSOR;
    String bias = node.input(2);
    if (bias.isEmpty() || node.is("MatMul")) {
      node.inputs()
          .set(
              1,
              edit.dequantized(name, axis, () -> storage.store(node, weights, axis, new float[0])));
      return;
    }
    float[] biasValues = graph.constants().get(bias).floats();
    float[] minScales = Int32Bias.minWeightScales(biasValues, inputScale, axis);
    Int8Weights quantized = storage.store(node, weights, axis, minScales);
    // Weights shared by nodes with biases of their own are stored for each scale they need.
    String key = Int32Bias.raises(weights, axis, minScales) ? name + "_" + bias : name;
    node.inputs().set(1, edit.dequantized(key, axis, () -> quantized));
    node.inputs().set(2, dequantizedBias(bias, biasValues, quantized, inputScale));
  }

  private String dequantizedBias(
      String name, float[] values, Int8Weights weights, float inputScale) {
    Int32Bias bias = Int32Bias.of(values, weights.scales().floats(), inputScale);
    String output = edit.fresh(name + "_dequantized");
    Node node =
        Node.of(
            "DequantizeLinear",
            output,
            List.of(
                edit.constant(name + "_quantized", bias.values()),
                edit.constant(name + "_scale", bias.scales())),
            List.of(output));
    edit.add(bias.scales().rank() == 0 ? node : node.with("axis", 0));
    return output;
  }
}
