package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a layer's weights are fitted to.
 *
 * @param layer the layer
 * @param biasNode node that adds a constant bias to the product: the layer itself, or an Add behind
 *     it; null where none does
 * @param product the product with its bias
 * @param target value of the original that the fitted one is to equal: the product, or its sum with
 *     a shortcut
 * @param shortcut value that is added before the target; null where there is none
 */
record RepairSite(Layer layer, Node biasNode, String product, String target, String shortcut) {

  /** None for a layer that can't be fitted. */
  static Optional<RepairSite> of(Graph graph, Uses uses, ConcreteShapes shapes, Layer layer) {
    Node node = layer.node();
    long[] input = shapes.of(layer.input());
    long[] output = shapes.of(layer.output());
    if (input == null
        || output == null
        || (layer.isConvolution() && input.length != 4)
        || node.real("alpha", 1) != 1
        || node.real("beta", 1) != 1
        || node.attribute("auto_pad").isPresent() && !node.text("auto_pad", "").equals("NOTSET")) {
      return Optional.empty();
    }
    Node biasNode = node;
    String value = layer.output();
    if (node.is("MatMul")) {
      biasNode = null;
      Optional<Node> add = uses.onlyConsumer(value).filter(next -> next.is("Add"));
      if (add.isPresent() && isBias(graph, bias(add.get(), value), output)) {
        biasNode = add.get();
        value = add.get().output(0);
      }
    } else if (!node.input(2).isEmpty() && !isBias(graph, node.input(2), output)) {
      return Optional.empty();
    }
    Optional<Node> sum = uses.onlyConsumer(value).filter(next -> next.is("Add"));
    if (sum.isPresent()) {
      String other = bias(sum.get(), value);
      boolean equal = Arrays.equals(shapes.of(other), output);
      if (equal && !graph.constants().containsKey(other) && uses.producer(other).isPresent()) {
        return Optional.of(new RepairSite(layer, biasNode, value, sum.get().output(0), other));
      }
    }
    return Optional.of(new RepairSite(layer, biasNode, value, value, null));
  }

  private static String bias(Node add, String value) {
    return add.input(0).equals(value) ? add.input(1) : add.input(0);
  }

  private static boolean isBias(Graph graph, String name, long[] output) {
    Tensor constant = graph.constants().get(name);
    long channels = output.length == 4 ? output[1] : output[output.length - 1];
    return constant != null
        && constant.type() == ElementType.FLOAT
        && constant.rank() == 1
        && constant.size() == channels;
  }

  /** The same site of another graph whose values have the same names. */
  RepairSite on(Layer other) {
    Node node = biasNode == layer.node() ? other.node() : biasNode;
    return new RepairSite(other, node, product, target, shortcut);
  }

  /** The site without its shortcut. */
  RepairSite alone() {
    return new RepairSite(layer, biasNode, product, product, null);
  }

  /** Index of the bias among the inputs of its node. */
  int biasIndex() {
    if (biasNode == layer.node()) {
      return 2;
    }
    return biasNode.input(0).equals(layer.output()) ? 1 : 0;
  }
}
