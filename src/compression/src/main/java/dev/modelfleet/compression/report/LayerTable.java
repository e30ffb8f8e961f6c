package dev.modelfleet.compression.report;

import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.codebook.CodebookRewrite;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.transform.ConstantNodes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What became of each layer of a model. A layer is found again in the variant by the name of its
 * output; its constants are those that the variant computes this output from, back to values that
 * the original has too.
 */
public final class LayerTable {

  private static final ValueLayout.OfInt INTS =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORTS =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Graph before;
  private final Graph after;
  private final Set<String> values = new HashSet<>();
  private final Uses made;

  private LayerTable(Graph before, Graph after) {
    this.before = before;
    this.after = after;
    this.made = new Uses(after);
    before.inputs().forEach(input -> values.add(input.getName()));
    before.nodes().forEach(node -> values.addAll(node.outputs()));
  }

  /**
   * The table in the original's order.
   *
   * @param original the model that names the layers: the original, simplified where the recipe
   *     simplifies
   * @param noise signal-to-noise ratio of layers' outputs in decibels, by name; see {@link
   *     LayerNoise}
   */
  public static List<LayerReport> of(
      OnnxModel original, OnnxModel variant, Map<String, Double> noise) {
    Graph before = lifted(original);
    LayerTable table = new LayerTable(before, lifted(variant));
    List<LayerReport> layers = new ArrayList<>();
    for (Node node : before.nodes()) {
      if (isLayer(before, node)) {
        table.report(node, noise.get(node.output(0))).ifPresent(layers::add);
      }
    }
    return layers;
  }

  /** Names of the layers' outputs that both models have, in the original's order. */
  static List<String> shared(OnnxModel original, OnnxModel variant) {
    Graph before = lifted(original);
    Uses made = new Uses(variant.graph());
    return before.nodes().stream()
        .filter(node -> isLayer(before, node))
        .map(node -> node.output(0))
        .filter(output -> made.producer(output).isPresent())
        .toList();
  }

  private static Graph lifted(OnnxModel model) {
    Graph graph = model.graph().copy();
    ConstantNodes.lift(graph);
    return graph;
  }

  private static boolean isLayer(Graph graph, Node node) {
    return node.inputs().stream()
        .map(graph.constants()::get)
        .anyMatch(tensor -> tensor != null && tensor.rank() >= 2 && tensor.type().isFloat());
  }

  private Optional<LayerReport> report(Node node, Double sqnr) {
    String name = node.output(0);
    if (made.producer(name).isEmpty()) {
      return Optional.empty();
    }
    List<Tensor> old = constants(before, node);
    Map<String, Tensor> constants = trace(name);
    List<Tensor> now = new ArrayList<>(constants.values());
    Optional<Tensor> weights = largest(now);
    long weightsBefore = largest(old).map(Tensor::size).orElse(1L);
    long sizeAfter = bytes(now);
    return weights.map(
        tensor ->
            new LayerReport(
                name,
                node.opType(),
                bytes(old),
                sizeAfter,
                precision(name, tensor, constants),
                Math.rint(8000.0 * sizeAfter / Math.max(1, weightsBefore)) / 1000,
                sqnr,
                sparsity(tensor).orElse(null),
                null));
  }

  private static List<Tensor> constants(Graph graph, Node node) {
    return node.inputs().stream()
        .distinct()
        .map(graph.constants()::get)
        .filter(tensor -> tensor != null)
        .toList();
  }

  /** Constants by name that a value is computed from, up to values of the original. */
  private Map<String, Tensor> trace(String name) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    List<String> open = new ArrayList<>(List.of(name));
    Set<String> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      Node node = made.producer(open.removeLast()).orElseThrow();
      for (String input : node.inputs()) {
        Tensor constant = after.constants().get(input);
        if (constant != null) {
          found.put(input, constant);
        } else if (!values.contains(input) && made.producer(input).isPresent() && seen.add(input)) {
          open.add(input);
        }
      }
    }
    return found;
  }

  private static Optional<Tensor> largest(List<Tensor> tensors) {
    return tensors.stream().max(Comparator.comparingLong(Tensor::size));
  }

  private static long bytes(List<Tensor> tensors) {
    return tensors.stream().mapToLong(Tensor::byteSize).sum();
  }

  /** Packed weights are bytes to the graph; the node that unpacks them knows how wide they are. */
  private String precision(String name, Tensor weights, Map<String, Tensor> constants) {
    for (Map.Entry<String, Tensor> constant : constants.entrySet()) {
      if (CodebookRewrite.isCodebook(constant.getKey())) {
        long levels = constant.getValue().dimension(-1);
        return "CODE" + (63 - Long.numberOfLeadingZeros(levels));
      }
    }
    boolean packed = weights.type() == ElementType.UINT8;
    long bits = packed ? unpackedBits(name) : weights.type().bits();
    return packed ? "INT" + bits : weights.type().datatype();
  }

  private long unpackedBits(String name) {
    List<String> open = new ArrayList<>(List.of(name));
    Set<String> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      Node node = made.producer(open.removeLast()).orElseThrow();
      if (node.attributes().containsKey("bits")) {
        return node.integer("bits", 8);
      }
      for (String input : node.inputs()) {
        if (!values.contains(input) && made.producer(input).isPresent() && seen.add(input)) {
          open.add(input);
        }
      }
    }
    return 8;
  }

  /** Of floating-point and signed 8-bit weights; packed ones have no zero of their own. */
  private static Optional<Double> sparsity(Tensor weights) {
    MemorySegment data = weights.data();
    long zeros = 0;
    for (long i = 0; i < weights.size(); i++) {
      boolean zero;
      switch (weights.type()) {
        case FLOAT -> zero = data.get(INTS, 4 * i) << 1 == 0;
        case FLOAT16, BFLOAT16 -> zero = data.get(SHORTS, 2 * i) << 17 == 0;
        case INT8 -> zero = data.get(ValueLayout.JAVA_BYTE, i) == 0;
        default -> {
          return Optional.empty();
        }
      }
      zeros += zero ? 1 : 0;
    }
    return weights.size() == 0 ? Optional.empty() : Optional.of((double) zeros / weights.size());
  }
}
