package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.FloatType;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.convert.BrainFloat;
import dev.modelfleet.compression.convert.Half;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.quantize.NodeSelection;
import dev.modelfleet.compression.quantize.QuantizableLayers;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Stores the weights of some layers in 16 bits and casts them to FP32 when the model is loaded:
 * half the size on disk and in transfer, the same computation.
 */
final class HalfWeights implements Transform {

  private final FloatType type;
  private final NodeSelection nodes;

  HalfWeights(FloatType type, NodeSelection nodes) {
    this.type = type;
    this.nodes = nodes;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Canonical.prepare(model, type == FloatType.BF16 ? 13 : 11);
    Graph graph = model.graph();
    NameSource names = graph.names();
    Map<String, String> expanded = new HashMap<>();
    List<Node> result = new ArrayList<>();
    for (Node layer : QuantizableLayers.of(graph, Set.of())) {
      if (nodes.selects(layer)) {
        int index = QuantizableLayers.weightsInput(layer);
        String weights = layer.input(index);
        layer
            .inputs()
            .set(index, expanded.computeIfAbsent(weights, w -> expand(graph, names, w, result)));
      }
    }
    graph.nodes().addAll(0, result);
    DeadCode.remove(graph);
    return "weights of %d tensors to %s, computation stays in FP32"
        .formatted(expanded.size(), type);
  }

  private String expand(Graph graph, NameSource names, String weights, List<Node> casts) {
    Tensor full = graph.constants().get(weights);
    Tensor halves = type == FloatType.BF16 ? BrainFloat.of(full) : Half.of(full);
    String stored = names.fresh(weights + "_" + type.name().toLowerCase(Locale.ROOT));
    String value = names.fresh(weights + "_fp32");
    graph.constants().put(stored, halves);
    casts.add(
        Node.of("Cast", value + "_cast", List.of(stored), List.of(value))
            .with("to", ElementType.FLOAT.code()));
    return value;
  }
}
