package dev.modelfleet.compression.convert;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Set;

/**
 * Stores weights as BF16 and expands them to FP32: half the size on disk and in transfer, computed
 * in FP32 as before. ONNX Runtime 1.29's CPU provider moves BF16 values around (Cast, Gather,
 * Concat, Reshape, Transpose, …) but has no sum or product of them, and refuses models that ask for
 * one; casts of constants it computes once, when it loads the model. Embedding tables stay BF16 in
 * memory too: the rows that are read are expanded.
 */
public final class BrainFloatStorage implements Transform {

  /** Smaller constants save next to nothing. */
  private static final long MIN_ELEMENTS = 1024;

  /** BF16 is in the definition of Cast and Gather since this version. */
  private static final int OPSET = 13;

  /** Their scales belong to integers, and engines want them as constants. */
  private static final Set<String> SCALED = Set.of("QuantizeLinear", "DequantizeLinear");

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Canonical.prepare(model, OPSET);
    Graph graph = model.graph();
    List<String> weights = weights(graph);
    if (weights.isEmpty()) {
      throw new StepNotApplicableException(
          "convert", "the model has no FP32 weights that can be stored as BF16");
    }
    int tables = 0;
    for (String name : weights) {
      tables += store(graph, name);
    }
    DeadCode.remove(graph);
    return "%d FP32 constants to BF16, of them %d tables that are read row by row; computation stays in FP32"
        .formatted(weights.size(), tables);
  }

  private static List<String> weights(Graph graph) {
    Uses uses = new Uses(graph);
    return graph.constants().entrySet().stream()
        .filter(constant -> isWeight(constant.getValue()))
        .map(Map.Entry::getKey)
        .filter(name -> uses.consumers(name).stream().allMatch(BrainFloatStorage::takesValues))
        .toList();
  }

  private static boolean isWeight(Tensor constant) {
    return constant.type() == ElementType.FLOAT
        && constant.rank() >= 2
        && constant.size() >= MIN_ELEMENTS;
  }

  private static boolean takesValues(Node node) {
    return node.domain().isEmpty() && !SCALED.contains(node.opType());
  }

  /** Returns 1 where rows of the constant are looked up, 0 otherwise. */
  private static int store(Graph graph, String name) {
    NameSource names = graph.names();
    String stored = names.fresh(name + "_bf16");
    graph.constants().put(stored, BrainFloat.of(graph.constants().remove(name)));
    boolean table = expandRows(graph, names, name, stored);
    // Under the old name, which other nodes, subgraphs and outputs may read.
    graph.nodes().addFirst(cast(stored, name));
    return table ? 1 : 0;
  }

  private static boolean expandRows(Graph graph, NameSource names, String name, String stored) {
    boolean found = false;
    for (ListIterator<Node> nodes = graph.nodes().listIterator(); nodes.hasNext(); ) {
      Node node = nodes.next();
      if (node.is("Gather") && node.input(0).equals(name)) {
        String output = node.output(0);
        String rows = names.fresh(output + "_bf16");
        node.inputs().set(0, stored);
        node.outputs().set(0, rows);
        nodes.add(cast(rows, output));
        found = true;
      }
    }
    return found;
  }

  private static Node cast(String from, String to) {
    return Node.of("Cast", to + "_cast", List.of(from), List.of(to))
        .with("to", ElementType.FLOAT.code());
  }
}
