package dev.modelfleet.compression.saturation;

import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.runtime.Cpu;
import dev.modelfleet.compression.transform.DeadCode;
import java.util.List;
import java.util.Optional;

/**
 * What x86 processors without VNNI make of a quantized model. Their instruction for 8-bit products,
 * VPMADDUBSW, adds two products in 16 bits and saturates: results are wrong, not just less precise,
 * where activations and weights are large. Which pairs of weights can saturate is known from the
 * weights; a model that computes the error of these pairs, and adds it, gives on any machine what
 * such a processor would.
 */
public final class SaturatedModel {

  private SaturatedModel() {}

  /** Names of the products that can saturate on such processors, by their results. */
  public static List<String> products(OnnxModel model) {
    Graph graph = model.graph();
    Uses uses = new Uses(graph);
    return products(graph, uses).stream().map(product -> product.node().output(0)).toList();
  }

  /** Whether weights can saturate that a node multiplies with unsigned activations. */
  public static boolean canSaturate(Node node, Tensor weights) {
    return !SaturatingProduct.isDepthwise(node, weights)
        && ProductWeights.of(node, weights).canSaturate();
  }

  /**
   * A model whose results here are those of the given one on a target's processors: the model
   * itself where both compute exactly, or where nothing in it can saturate.
   *
   * @param target null where it is not known
   */
  public static OnnxModel on(TargetProfile target, OnnxModel model) {
    return on(target, Cpu.here(), model);
  }

  /** As {@link #on(TargetProfile, OnnxModel)} on a processor other than that of this process. */
  static OnnxModel on(TargetProfile target, Cpu here, OnnxModel model) {
    boolean there = target != null && target.saturatesIntegerSums();
    if (!there && (target == null || !here.saturates())) {
      return model;
    }
    Graph graph = model.graph().copy();
    Uses uses = new Uses(graph);
    List<Node> nodes = List.copyOf(graph.nodes());
    List<SaturatingProduct> products = products(graph, uses);
    if (products.isEmpty()) {
      return model;
    }
    Corrections corrections = new Corrections(graph, model.opset());
    graph.nodes().clear();
    for (Node node : nodes) {
      SaturatingProduct product =
          products.stream().filter(p -> p.node() == node).findFirst().orElse(null);
      if (product == null || !there) {
        graph.nodes().add(node);
      } else {
        corrections.add(product);
      }
    }
    if (here.saturates()) {
      products.forEach(product -> product.makeExact(graph, uses));
    }
    DeadCode.remove(graph);
    return model.withGraph(graph);
  }

  private static List<SaturatingProduct> products(Graph graph, Uses uses) {
    return graph.nodes().stream()
        .map(node -> SaturatingProduct.of(graph, uses, node))
        .flatMap(Optional::stream)
        .toList();
  }
}
