package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import java.util.List;
import java.util.Set;

/** The layers whose weights a quantizer can store as integers. */
public final class QuantizableLayers {

  private QuantizableLayers() {}

  /**
   * Nodes with constant FP32 weights of a size that pays, in graph order.
   *
   * @param operators ONNX operator types; empty for all that can be quantized
   */
  public static List<Node> of(Graph graph, Set<String> operators) {
    return graph.nodes().stream()
        .filter(node -> operators.isEmpty() || operators.contains(node.opType()))
        .filter(node -> WeightSites.of(graph, node).isPresent())
        .toList();
  }

  /** Which input of a layer its weights are. */
  public static int weightsInput(Node layer) {
    return WeightSites.inputIndex(layer);
  }

  /** Axis of a layer's weights that counts output channels. */
  public static int channelAxis(Node layer) {
    return WeightSites.channelAxis(layer);
  }
}
