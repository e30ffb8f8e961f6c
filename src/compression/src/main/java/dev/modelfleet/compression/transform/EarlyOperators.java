package dev.modelfleet.compression.transform;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Rewrites operators of operator sets 7 to 10 in the form of 11: limits, slices, paddings and
 * numbers of elements became inputs, Upsample became Resize, Scatter became ScatterElements. All
 * other operators mean the same in 11.
 */
final class EarlyOperators {

  private final Graph graph;
  private final NameSource names;

  private EarlyOperators(Graph graph) {
    this.graph = graph;
    this.names = graph.names();
  }

  static void rewrite(Graph graph) {
    EarlyOperators operators = new EarlyOperators(graph);
    graph.nodes().stream().filter(node -> node.domain().isEmpty()).forEach(operators::rewrite);
  }

  private void rewrite(Node node) {
    switch (node.opType()) {
      case "Clip" -> clip(node);
      case "Slice" -> slice(node);
      case "Pad" -> pad(node);
      case "Upsample", "Resize" -> resize(node);
      case "TopK" -> {
        if (node.attribute("k").isPresent()) {
          node.inputs().add(longs(node, "k", new long[] {node.integer("k", 1)}));
          node.attributes().remove("k");
        }
      }
      case "Scatter" -> node.setOpType("ScatterElements");
      case "BatchNormalization" -> node.attributes().remove("spatial");
      default -> {}
    }
  }

  private void clip(Node node) {
    boolean low = node.attribute("min").isPresent();
    boolean high = node.attribute("max").isPresent();
    if (low || high) {
      node.inputs().add(low ? real(node, "min", node.real("min", 0)) : "");
    }
    if (high) {
      node.inputs().add(real(node, "max", node.real("max", 0)));
    }
    node.attributes().remove("min");
    node.attributes().remove("max");
  }

  private void slice(Node node) {
    if (node.attribute("starts").isEmpty()) {
      return;
    }
    long[] starts = values(node, "starts");
    long[] axes =
        node.attribute("axes").isPresent()
            ? values(node, "axes")
            : LongStream.range(0, starts.length).toArray();
    node.inputs().add(longs(node, "starts", starts));
    node.inputs().add(longs(node, "ends", values(node, "ends")));
    node.inputs().add(longs(node, "axes", axes));
    List.of("starts", "ends", "axes").forEach(node.attributes()::remove);
  }

  private void pad(Node node) {
    if (node.attribute("pads").isEmpty()) {
      return;
    }
    node.inputs().add(longs(node, "pads", values(node, "pads")));
    node.inputs().add(real(node, "value", node.real("value", 0)));
    node.attributes().remove("pads");
    node.attributes().remove("value");
  }

  /** Before 11, an element of the result is at its index divided by the scale. */
  private void resize(Node node) {
    if (node.attribute("scales").isPresent()) {
      List<Float> given = node.attribute("scales").orElseThrow().getFloatsList();
      float[] scales = new float[given.size()];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = given.get(i);
      }
      node.inputs().add(constant(node, "scales", Tensor.ofFloats(scales, scales.length)));
      node.attributes().remove("scales");
    }
    node.setOpType("Resize");
    // The region of interest comes between; no mode here has one.
    node.inputs().add(1, constant(node, "roi", Tensor.ofFloats(new float[0], 0)));
    node.with("coordinate_transformation_mode", "asymmetric");
    if (node.text("mode", "nearest").equals("nearest")) {
      node.with("nearest_mode", "floor");
    }
  }

  private static long[] values(Node node, String attribute) {
    return node.integers(attribute).stream().mapToLong(Long::longValue).toArray();
  }

  private String longs(Node node, String what, long[] values) {
    return constant(node, what, Tensor.ofLongs(values, values.length));
  }

  private String real(Node node, String what, float value) {
    return constant(node, what, Tensor.ofFloats(new float[] {value}));
  }

  private String constant(Node node, String what, Tensor tensor) {
    String name = names.fresh(node.output(0) + "_" + what);
    graph.constants().put(name, tensor);
    return name;
  }
}
