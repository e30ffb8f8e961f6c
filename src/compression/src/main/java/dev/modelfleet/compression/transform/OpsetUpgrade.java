package dev.modelfleet.compression.transform;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Raises the default operator set from 7 to 10 to 11 ({@link EarlyOperators}), and from 11 or 12 to
 * 13, the first in which DequantizeLinear has an axis. Four operators changed their form between
 * them: Squeeze, Unsqueeze, Split and ReduceSum take their axes or sizes as an input; Softmax and
 * its kin normalize one axis instead of all from one axis on.
 */
final class OpsetUpgrade {

  private static final int LOWEST = 7;
  private static final int FIRST = 11;

  /** IR version that came with operator set 11 (ONNX 1.6). */
  private static final int FIRST_IR = 6;

  private static final int TARGET = 13;

  /** IR version that came with operator set 13 (ONNX 1.8). */
  private static final int TARGET_IR = 7;

  private static final Map<String, String> ATTRIBUTE_TO_INPUT =
      Map.of("Squeeze", "axes", "Unsqueeze", "axes", "ReduceSum", "axes", "Split", "split");

  private OpsetUpgrade() {}

  static void raise(OnnxModel model, int minOpset) {
    long current = model.opset();
    if (current < LOWEST) {
      throw new StepNotApplicableException(
          "quantize",
          "the model uses operator set %d: export it with operator set %d or higher"
              .formatted(current, LOWEST));
    }
    if (current >= minOpset) {
      return;
    }
    requireNoSubgraphs(model);
    if (current < FIRST) {
      EarlyOperators.rewrite(model.graph());
      model.setOpset("", FIRST, FIRST_IR);
    }
    if (minOpset > FIRST) {
      rewrite(model);
      model.setOpset("", TARGET, TARGET_IR);
    }
  }

  private static void requireNoSubgraphs(OnnxModel model) {
    if (model.graph().nodes().stream().anyMatch(Node::hasSubgraph)) {
      throw new StepNotApplicableException(
          "quantize",
          "the model uses operator set %d and control flow: export it with operator set %d"
              .formatted(model.opset(), TARGET));
    }
  }

  private static void rewrite(OnnxModel model) {
    Graph graph = model.graph();
    NameSource names = graph.names();
    List<Node> result = new ArrayList<>();
    // Asked of the model as it is, before the first node has its new form.
    boolean needsRanks = graph.nodes().stream().anyMatch(OpsetUpgrade::isSoftmaxOnOtherAxis);
    Ranks ranks = needsRanks ? new Ranks(graph, ValueTypes.infer(model)) : null;
    for (Node node : graph.nodes()) {
      String attribute = node.domain().isEmpty() ? ATTRIBUTE_TO_INPUT.get(node.opType()) : null;
      if (attribute != null && node.attribute(attribute).isPresent()) {
        long[] values = node.integers(attribute).stream().mapToLong(Long::longValue).toArray();
        String name = names.fresh(node.output(0) + "_" + attribute);
        graph.constants().put(name, Tensor.ofLongs(values, values.length));
        node.attributes().remove(attribute);
        node.inputs().add(name);
        result.add(node);
      } else if (node.is("Dropout")) {
        // Its ratio, an input since 12, means nothing but in training.
        node.attributes().remove("ratio");
        result.add(node);
      } else if (isSoftmaxOnOtherAxis(node)) {
        result.addAll(softmax(names, node, ranks.of(node.input(0))));
      } else {
        result.add(node);
      }
    }
    graph.nodes().clear();
    graph.nodes().addAll(result);
  }

  private static boolean isSoftmaxOnOtherAxis(Node node) {
    return (node.is("Softmax") || node.is("LogSoftmax") || node.is("Hardmax"))
        && node.integer("axis", 1) != -1;
  }

  private static List<Node> softmax(NameSource names, Node node, OptionalInt rank) {
    int axis = (int) node.integer("axis", 1);
    if (axis < 0 && rank.isEmpty()) {
      throw new StepNotApplicableException(
          "quantize",
          "the number of axes of %s, input of %s, is not known: export the model with operator set"
                  .formatted(node.input(0), node.opType())
              + " 13");
    }
    int first = axis < 0 ? axis + rank.getAsInt() : axis;
    node.with("axis", -1);
    if (rank.isPresent() && first == rank.getAsInt() - 1) {
      return List.of(node);
    }
    // All axes from the first on are normalized together: they become one and come back afterwards.
    String input = node.input(0);
    String output = node.output(0);
    String shape = names.fresh(output + "_shape");
    String flat = names.fresh(output + "_flat");
    String result = names.fresh(output + "_normalized");
    node.inputs().set(0, flat);
    node.outputs().set(0, result);
    return List.of(
        Node.of("Shape", shape, List.of(input), List.of(shape)),
        Node.of("Flatten", flat, List.of(input), List.of(flat)).with("axis", first),
        node,
        Node.of("Reshape", output + "_reshape", List.of(result, shape), List.of(output)));
  }
}
